package sqs

// Inputs and outputs have SQS's member names; the flat tags are their names in
// the Query protocol.
type (
	// CreateQueueInput names a queue.
	CreateQueueInput struct {
		QueueName  *string
		Attributes map[string]string `flat:"Attribute,Name,Value"`
		Tags       map[string]string `flat:"Tag,Key,Value"`
	}
	// QueueURL is the answer that names a queue.
	QueueURL struct{ QueueUrl *string }
	// GetQueueUrlInput names a queue.
	GetQueueUrlInput struct{ QueueName, QueueOwnerAWSAccountId *string }
	// QueueInput addresses a queue. QueueUrl may be its ARN, which services of
	// the local cloud know a queue by.
	QueueInput struct{ QueueUrl *string }
	// ListQueuesInput asks for queues. MaxResults is from 1 to 1000.
	ListQueuesInput struct {
		QueueNamePrefix, NextToken *string
		MaxResults                 *int32
	}
	// ListQueuesOutput holds the URLs of the queues.
	ListQueuesOutput struct {
		QueueUrls []string `flat:"QueueUrl"`
		NextToken *string
	}
	// AttributesInput asks for attributes.
	AttributesInput struct {
		QueueUrl       *string
		AttributeNames []string `flat:"AttributeName"`
	}
	// Attributes of a queue.
	Attributes struct {
		Attributes map[string]string `flat:"Attribute,Name,Value"`
	}
	// SetAttributesInput changes attributes.
	SetAttributesInput struct {
		QueueUrl   *string
		Attributes map[string]string `flat:"Attribute,Name,Value"`
	}
	// TagQueueInput tags a queue.
	TagQueueInput struct {
		QueueUrl *string
		Tags     map[string]string `flat:"Tag,Key,Value"`
	}
	// UntagQueueInput takes tags from a queue.
	UntagQueueInput struct {
		QueueUrl *string
		TagKeys  []string `flat:"TagKey"`
	}
	// Tags of a queue.
	Tags struct {
		Tags map[string]string `flat:"Tag,Key,Value"`
	}
	// Nothing has no members.
	Nothing struct{}
)

// Messages.
type (
	// MessageAttributeValue is one attribute that a sender gave a message.
	MessageAttributeValue struct {
		DataType, StringValue *string
		BinaryValue           []byte
	}
	// SendMessageInput is one message. DelaySeconds is from 0 to 900.
	SendMessageInput struct {
		QueueUrl, MessageBody                  *string
		DelaySeconds                           *int32
		MessageAttributes                      map[string]MessageAttributeValue `flat:"MessageAttribute,Name,Value"`
		MessageSystemAttributes                map[string]MessageAttributeValue `flat:"MessageSystemAttribute,Name,Value"`
		MessageDeduplicationId, MessageGroupId *string
	}
	// SendMessageOutput is what became of it.
	SendMessageOutput struct{ MessageId, MD5OfMessageBody, MD5OfMessageAttributes *string }
	// ReceiveMessageInput asks for messages. VisibilityTimeout and
	// WaitTimeSeconds are in seconds.
	ReceiveMessageInput struct {
		QueueUrl                    *string
		MaxNumberOfMessages         *int32
		VisibilityTimeout           *int32
		WaitTimeSeconds             *int32
		AttributeNames              []string `flat:"AttributeName"`
		MessageSystemAttributeNames []string `flat:"MessageSystemAttributeName"`
		MessageAttributeNames       []string `flat:"MessageAttributeName"`
		ReceiveRequestAttemptId     *string
	}
	// Message is one received message.
	Message struct {
		MessageId, ReceiptHandle, Body, MD5OfBody *string
		Attributes                                map[string]string                `flat:"Attribute,Name,Value"`
		MessageAttributes                         map[string]MessageAttributeValue `flat:"MessageAttribute,Name,Value"`
		MD5OfMessageAttributes                    *string
	}
	// ReceiveMessageOutput holds the messages.
	ReceiveMessageOutput struct {
		Messages []Message `flat:"Message"`
	}
	// DeleteMessageInput names a received message.
	DeleteMessageInput struct{ QueueUrl, ReceiptHandle *string }
	// ChangeVisibilityInput names a received message. VisibilityTimeout is in
	// seconds from now.
	ChangeVisibilityInput struct {
		QueueUrl, ReceiptHandle *string
		VisibilityTimeout       *int32
	}
)

// Batches.
type (
	// SendBatchInput is up to ten messages.
	SendBatchInput struct {
		QueueUrl *string
		Entries  []SendBatchEntry `flat:"SendMessageBatchRequestEntry"`
	}
	// SendBatchEntry is one message of a batch.
	SendBatchEntry struct {
		Id, MessageBody                        *string
		DelaySeconds                           *int32
		MessageAttributes                      map[string]MessageAttributeValue `flat:"MessageAttribute,Name,Value"`
		MessageSystemAttributes                map[string]MessageAttributeValue `flat:"MessageSystemAttribute,Name,Value"`
		MessageDeduplicationId, MessageGroupId *string
	}
	// SendBatchOutput tells them apart.
	SendBatchOutput struct {
		Successful []SentEntry  `flat:"SendMessageBatchResultEntry"`
		Failed     []BatchError `flat:"BatchResultErrorEntry"`
	}
	// SentEntry is what became of one message.
	SentEntry struct{ Id, MessageId, MD5OfMessageBody, MD5OfMessageAttributes *string }
	// DeleteBatchInput names up to ten received messages.
	DeleteBatchInput struct {
		QueueUrl *string
		Entries  []ReceiptEntry `flat:"DeleteMessageBatchRequestEntry"`
	}
	// ReceiptEntry names one received message.
	ReceiptEntry struct{ Id, ReceiptHandle *string }
	// DeleteBatchOutput tells them apart.
	DeleteBatchOutput struct {
		Successful []BatchID    `flat:"DeleteMessageBatchResultEntry"`
		Failed     []BatchError `flat:"BatchResultErrorEntry"`
	}
	// ChangeVisibilityBatchInput names up to ten received messages.
	ChangeVisibilityBatchInput struct {
		QueueUrl *string
		Entries  []VisibilityEntry `flat:"ChangeMessageVisibilityBatchRequestEntry"`
	}
	// VisibilityEntry names one received message.
	VisibilityEntry struct {
		Id, ReceiptHandle *string
		VisibilityTimeout *int32
	}
	// ChangeVisibilityBatchOutput tells them apart.
	ChangeVisibilityBatchOutput struct {
		Successful []BatchID    `flat:"ChangeMessageVisibilityBatchResultEntry"`
		Failed     []BatchError `flat:"BatchResultErrorEntry"`
	}
	// BatchID names an entry.
	BatchID struct{ Id *string }
	// BatchError is why an entry failed.
	BatchError struct {
		Id, Code, Message *string
		SenderFault       bool
	}
)
