package s3_test

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

// What follows is recorded in tests/aws/services/s3 of
// github.com/localstack/localstack: test_s3, test_s3_api,
// test_s3_list_operations and test_buckets.

const here = "http://127.0.0.1/"

// told is the body of an error without its ids.
func told(body string) string {
	body = regexp.MustCompile(`<RequestId>.*</HostId>`).ReplaceAllString(strings.TrimPrefix(body, xml.Header), "")
	return strings.TrimSuffix(strings.TrimPrefix(body, "<Error>"), "</Error>")
}

func TestErrorsAreAsRecorded(t *testing.T) {
	_, handler := newS3(t)
	if got := (request{"PUT", here + "box/my-key", "something", nil}).send(t, handler); got.Code != 200 {
		t.Fatalf("put: %d %s", got.Code, got.Body)
	}
	const (
		noBucket = "404 <Code>NoSuchBucket</Code><Message>The specified bucket does not exist</Message><BucketName>none</BucketName>"
		noUpload = "404 <Code>NoSuchUpload</Code><Message>The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.</Message><UploadId>fakeid</UploadId>"
		badXML   = "400 <Code>MalformedXML</Code><Message>The XML you provided was not well-formed or did not validate against our published schema</Message>"
		badMD5   = "400 <Code>InvalidDigest</Code><Message>The Content-MD5 you specified was invalid.</Message><Content-MD5>%s</Content-MD5>"
		unmet    = "412 <Code>PreconditionFailed</Code><Message>At least one of the pre-conditions you specified did not hold</Message><Condition>%s</Condition>"
		badID    = "400 <Code>InvalidArgument</Code><Message>Invalid version id specified</Message><ArgumentName>versionId</ArgumentName><ArgumentValue>HPniJFCx</ArgumentValue>"
	)
	header := func(name, value string) map[string]string { return map[string]string{name: value} }
	tests := []struct {
		request request
		want    string
	}{
		{request{"GET", here + "none", "", nil}, noBucket},
		{request{"GET", here + "none/k", "", nil}, noBucket},
		{request{"DELETE", here + "none", "", nil}, noBucket},
		{request{"GET", here + "none?encryption", "", nil}, noBucket},
		{request{"POST", here + "none?delete", "<Delete><Object><Key>k</Key></Object></Delete>", nil}, noBucket},
		{request{"PUT", here + "box", "", nil}, "409 <Code>BucketAlreadyOwnedByYou</Code><Message>Your previous request to create the named bucket succeeded and you already own it.</Message><BucketName>box</BucketName>"},
		{request{"PUT", here + "Test-Bucket", "", nil}, "400 <Code>InvalidBucketName</Code><Message>The specified bucket is not valid.</Message><BucketName>Test-Bucket</BucketName>"},
		{request{"DELETE", here + "box", "", nil}, "409 <Code>BucketNotEmpty</Code><Message>The bucket you tried to delete is not empty</Message><BucketName>box</BucketName>"},
		{request{"GET", here + "box/camelcasekey", "", nil}, "404 <Code>NoSuchKey</Code><Message>The specified key does not exist.</Message><Key>camelcasekey</Key>"},
		{request{"GET", here + "box/none", "", header("Range", "bytes=1024-4096")}, "404 <Code>NoSuchKey</Code><Message>The specified key does not exist.</Message><Key>none</Key>"},
		{request{"GET", here + "box/my-key", "", header("Range", "bytes=1024-4096")}, "416 <Code>InvalidRange</Code><Message>The requested range is not satisfiable</Message><ActualObjectSize>9</ActualObjectSize><RangeRequested>bytes=1024-4096</RangeRequested>"},
		{request{"GET", here + "box/my-key", "", header("If-Match", `"none"`)}, fmt.Sprintf(unmet, "If-Match")},
		{request{"GET", here + "box/my-key?versionId=HPniJFCx", "", nil}, badID},
		{request{"DELETE", here + "box/my-key?versionId=HPniJFCx", "", nil}, badID},
		{request{"PUT", here + "box/k", "x", header("Content-Md5", "__invalid__")}, fmt.Sprintf(badMD5, "__invalid__")},
		{request{"PUT", here + "box/k", "x", header("Content-Md5", "MTIz")}, fmt.Sprintf(badMD5, "MTIz")},
		{request{"PUT", here + "box/k", "x", header("X-Amz-Checksum-Sha256", "wrong")}, "400 <Code>InvalidRequest</Code><Message>Value for x-amz-checksum-sha256 header is invalid.</Message>"},
		{request{"PUT", here + "box/fake-key?partNumber=1&uploadId=fakeid", "data", nil}, noUpload},
		{request{"POST", here + "box/fake-key?uploadId=fakeid", "", nil}, noUpload},
		{request{"DELETE", here + "box/fake-key?uploadId=fakeid", "", nil}, noUpload},
		{request{"GET", here + "box?list-type=2&continuation-token=", "", nil}, "400 <Code>InvalidArgument</Code><Message>The continuation token provided is incorrect</Message><ArgumentName>continuation-token</ArgumentName>"},
		// Users of AWS were told this one.
		{request{"PUT", here + "box/my-key", "x", header("If-None-Match", "*")}, fmt.Sprintf(unmet, "If-None-Match")},
	}
	for _, test := range tests {
		answer := test.request.send(t, handler)
		if got := fmt.Sprint(answer.Code, " ", told(answer.Body.String())); got != test.want {
			t.Errorf("%s %s:\n     got %s\nrecorded %s", test.request.method, test.request.url, got, test.want)
		}
	}
}

// test_put_object_checksum, test_s3_upload_download_gzip, test_buckets and
// test_create_bucket_head_bucket
func TestHeadersAreAsRecorded(t *testing.T) {
	_, handler := newS3(t)
	headers := func(q request, names ...string) string {
		answer := q.send(t, handler)
		got := fmt.Sprint(answer.Code)
		for _, name := range names {
			got += " " + answer.Header().Get(name)
		}
		return got
	}
	const sha256 = "2l26x0trnT0r2AvakoFk2MB7eKVKzYESLMxSAKAzoik="
	data := request{"PUT", here + "box/k", "test data..", map[string]string{
		"X-Amz-Checksum-Sha256": sha256, "Content-Encoding": "aws-chunked,gzip", "Content-Language": "en-US",
	}}
	for _, test := range []struct {
		request request
		names   []string
		want    string
	}{
		{data, []string{"ETag", "X-Amz-Server-Side-Encryption", "X-Amz-Checksum-Sha256", "X-Amz-Checksum-Type"}, `200 "e6d9226c2a86b7232933663c13467527" AES256 ` + sha256 + " FULL_OBJECT"},
		{request{"GET", here + "box/k", "", map[string]string{"X-Amz-Checksum-Mode": "ENABLED"}},
			[]string{"Accept-Ranges", "Content-Length", "Content-Type", "Content-Encoding", "Content-Language", "X-Amz-Server-Side-Encryption", "X-Amz-Checksum-Sha256"},
			"200 bytes 11 binary/octet-stream gzip en-US AES256 " + sha256},
		{request{"HEAD", here + "box/k", "", nil}, []string{"Content-Length", "X-Amz-Server-Side-Encryption", "X-Amz-Checksum-Sha256"}, "200 11 AES256 "},
		{request{"GET", here + "box/k?versionId=null", "", map[string]string{"Range": "bytes=0-3"}}, []string{"Content-Range"}, "206 bytes 0-3/11"},
		{request{"GET", here + "box/k", "", map[string]string{"If-Match": "e6d9226c2a86b7232933663c13467527"}}, nil, "200"},
		{request{"HEAD", here + "box", "", nil}, []string{"Content-Type", "X-Amz-Access-Point-Alias", "X-Amz-Bucket-Region"}, "200 application/xml false us-east-1"},
		{request{"HEAD", here + "none", "", nil}, nil, "404"},
	} {
		if got := headers(test.request, test.names...); got != test.want {
			t.Errorf("%s %s: got %s, recorded %s", test.request.method, test.request.url, got, test.want)
		}
	}
}

// list writes a listing as its keys and prefixes, and what else is asked for.
func list(t *testing.T, handler http.Handler, query string) (text string, page struct {
	Marker, StartAfter                                           *string
	NextMarker, ContinuationToken, NextContinuationToken, Prefix string
	Delimiter, EncodingType                                      string
	KeyCount                                                     *int
	MaxKeys                                                      int
	IsTruncated                                                  bool
	Contents                                                     []struct {
		Key, ChecksumAlgorithm, ChecksumType, StorageClass string
		Owner                                              *struct{ ID string }
	}
	CommonPrefixes []struct{ Prefix string }
},
) {
	t.Helper()
	answer := request{"GET", here + "box?" + query, "", nil}.send(t, handler)
	if err := xml.Unmarshal(answer.Body.Bytes(), &page); err != nil || answer.Code != 200 {
		t.Fatalf("%s: %d %s %v", query, answer.Code, answer.Body, err)
	}
	for _, c := range page.Contents {
		text += c.Key + " "
	}
	for _, p := range page.CommonPrefixes {
		text += p.Prefix + "* "
	}
	if page.IsTruncated {
		text += "..."
	}
	return text, page
}

// test_list_objects_marker_common_prefixes,
// test_list_objects_v2_continuation_common_prefixes and
// test_list_objects_v2_continuation_start_after
func TestListingsAreAsRecorded(t *testing.T) {
	_, handler := newS3(t)
	for _, key := range []string{"folder/aSubfolder/subFile1", "folder/aSubfolder/subFile2", "folder/file1", "folder/file2"} {
		request{"PUT", here + "box/" + key, "content 123", nil}.send(t, handler)
	}
	const pages = "prefix=folder/&delimiter=/&max-keys=1"
	want := []string{"folder/aSubfolder/* ...", "folder/file1 ...", "folder/file2 "}
	marker, token := "", ""
	for i := range want {
		first, page := list(t, handler, pages+"&marker="+marker)
		if first != want[i] || page.KeyCount != nil || page.Marker == nil || *page.Marker != marker || page.MaxKeys != 1 {
			t.Errorf("page %d is %s %+v, recorded %s", i, first, page, want[i])
		}
		marker = page.NextMarker
		query := pages + "&list-type=2"
		if token != "" {
			query += "&continuation-token=" + token
		}
		second, page := list(t, handler, query)
		if second != want[i] || page.KeyCount == nil || *page.KeyCount != 1 || page.Marker != nil || page.ContinuationToken != token {
			t.Errorf("page %d of version 2 is %s %+v, recorded %s", i, second, page, want[i])
		}
		token = page.NextContinuationToken
	}
	if got, page := list(t, handler, pages+"&marker=folder/aSubfolder/subFile1"); got != "folder/file1 ..." || page.NextMarker != "folder/file1" {
		t.Errorf("after a key of the folder: %s", got)
	}
	got, page := list(t, handler, "list-type=2&start-after=folder/aSubfolder/subFile2&max-keys=2&encoding-type=url")
	if got != "folder/file1 folder/file2 " || page.StartAfter == nil || page.EncodingType != "url" || page.Contents[0].Owner != nil || page.Contents[0].ChecksumType != "FULL_OBJECT" {
		t.Errorf("after a key: %s %+v", got, page)
	}
	if _, page := list(t, handler, "max-keys=1"); page.NextMarker != "" || page.Contents[0].Owner == nil {
		t.Errorf("without a delimiter: %+v", page)
	}
	// test_list_objects_with_prefix[%2F]
	if _, page := list(t, handler, "delimiter=%252F&encoding-type=url"); page.Delimiter != "%252F" {
		t.Errorf("delimiter %s, recorded %%252F", page.Delimiter)
	}
}

// No recording: users of AWS and authors of emulators quote these.
func TestPartsThatDoNotMakeAnObject(t *testing.T) {
	_, handler := newS3(t)
	_, rest, _ := strings.Cut(request{"POST", here + "box/k?uploads", "", nil}.send(t, handler).Body.String(), "<UploadId>")
	id, _, _ := strings.Cut(rest, "<")
	var tags []string
	for i := range 2 {
		answer := request{"PUT", fmt.Sprintf(here+"box/k?partNumber=%d&uploadId=%s", i+1, id), fmt.Sprint("part", i), nil}.send(t, handler)
		tags = append(tags, strings.Trim(answer.Header().Get("ETag"), `"`))
	}
	part := func(number int, tag string) string {
		return fmt.Sprintf("<Part><PartNumber>%d</PartNumber><ETag>%s</ETag></Part>", number, tag)
	}
	for parts, want := range map[string]string{
		"":                                  "<Code>InvalidRequest</Code><Message>You must specify at least one part</Message>",
		part(2, tags[1]) + part(1, tags[0]): "<Code>InvalidPartOrder</Code><Message>The list of parts was not in ascending order. Parts must be ordered by part number.</Message><UploadId>" + id + "</UploadId>",
		part(9, "missing"): "<Code>InvalidPart</Code><Message>One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part&#39;s entity tag.</Message>" +
			"<ETag>missing</ETag><PartNumber>9</PartNumber><UploadId>" + id + "</UploadId>",
		part(1, tags[0]) + part(2, tags[1]): "<Code>EntityTooSmall</Code><Message>Your proposed upload is smaller than the minimum allowed size</Message><ETag>" + tags[0] + "</ETag>" +
			"<MinSizeAllowed>5242880</MinSizeAllowed><PartNumber>1</PartNumber><ProposedSize>5</ProposedSize>",
	} {
		answer := request{"POST", here + "box/k?uploadId=" + id, "<CompleteMultipartUpload>" + parts + "</CompleteMultipartUpload>", nil}.send(t, handler)
		if got := told(answer.Body.String()); answer.Code != 400 || got != want {
			t.Errorf("%d %s, want %s", answer.Code, got, want)
		}
	}
}
