// Command resolve prints what comes from tables that are filled on first use: a
// client's endpoints and JSONata's functions.
package main

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	jsonata "github.com/blues/jsonata-go"
)

func main() {
	table := eventbridge.NewDefaultEndpointResolver()
	for _, region := range []string{"us-east-1", "eu-central-1", "cn-north-1", "us-gov-west-1", "us-iso-east-1", "moon-1"} {
		for _, fips := range []aws.FIPSEndpointState{aws.FIPSEndpointStateDisabled, aws.FIPSEndpointStateEnabled} {
			endpoint, err := table.ResolveEndpoint(region, eventbridge.EndpointResolverOptions{UseFIPSEndpoint: fips})
			fmt.Println(region, fips, endpoint.URL, endpoint.SigningRegion, err)
		}
	}
	fmt.Println(jsonata.MustCompile(`$sum([1, 2]) & $uppercase("a")`).Eval(nil))
}
