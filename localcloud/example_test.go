package localcloud_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"weir/localcloud"
)

// Any client of the SDK works with the configuration of a cloud.
func ExampleCloud_Config() {
	ctx := context.Background()
	cloud, err := localcloud.Start(ctx, localcloud.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer cloud.Close()
	cfg, err := cloud.Config(ctx)
	if err != nil {
		log.Fatal(err)
	}
	caller, err := sts.NewFromConfig(cfg).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(aws.ToString(caller.Account), cfg.Region)
	// Output: 000000000000 us-east-1
}

// A stepped clock stands still until the test moves it on.
func ExampleSteppedClock() {
	clock := localcloud.SteppedClock(time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC))
	cloud, err := localcloud.Start(context.Background(), localcloud.Options{Clock: clock})
	if err != nil {
		log.Fatal(err)
	}
	defer cloud.Close()
	clock.Advance(10 * time.Minute)
	fmt.Println(cloud.Clock().Now().Format(time.TimeOnly))
	// Output: 12:10:00
}

// A fault makes calls fail as they can fail on AWS.
func ExampleCloud_Faults() {
	ctx := context.Background()
	cloud, err := localcloud.Start(ctx, localcloud.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer cloud.Close()
	if _, err := cloud.Faults().Add(localcloud.Fault{Kind: localcloud.Throttle, Service: "lambda", Operation: "ListFunctions"}); err != nil {
		log.Fatal(err)
	}
	cfg, err := cloud.Config(ctx)
	if err != nil {
		log.Fatal(err)
	}
	_, err = lambda.NewFromConfig(cfg).ListFunctions(ctx, &lambda.ListFunctionsInput{}, func(o *lambda.Options) { o.RetryMaxAttempts = 1 })
	fmt.Println(err != nil)
	// Output: true
}

// A test sees each event that is put on a bus.
func ExampleCloud_OnEvent() {
	ctx := context.Background()
	cloud, err := localcloud.Start(ctx, localcloud.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer cloud.Close()
	cloud.OnEvent(func(event map[string]any) { fmt.Println(event["source"], event["detail-type"]) })
	cfg, err := cloud.Config(ctx)
	if err != nil {
		log.Fatal(err)
	}
	if _, err := eventbridge.NewFromConfig(cfg).PutEvents(ctx, &eventbridge.PutEventsInput{Entries: []types.PutEventsRequestEntry{
		{Source: aws.String("shop"), DetailType: aws.String("Order Placed"), Detail: aws.String(`{"order": 1}`)},
	}}); err != nil {
		log.Fatal(err)
	}
	// Output: shop Order Placed
}
