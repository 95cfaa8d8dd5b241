package doctor

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"weir/internal/arn"

	"weir/internal/awserr"
)

// Identity tells who asks.
type Identity interface {
	GetCallerIdentity(ctx context.Context, in *sts.GetCallerIdentityInput, opts ...func(*sts.Options)) (*sts.GetCallerIdentityOutput, error)
}

// Parameters reads a parameter.
type Parameters interface {
	GetParameter(ctx context.Context, in *ssm.GetParameterInput, opts ...func(*ssm.Options)) (*ssm.GetParameterOutput, error)
}

// Account reads the quotas of Lambda.
type Account interface {
	GetAccountSettings(ctx context.Context, in *lambda.GetAccountSettingsInput, opts ...func(*lambda.Options)) (*lambda.GetAccountSettingsOutput, error)
}

// credentials is the check that all others come after.
const credentials = "credentials"

// Credentials checks that AWS knows the caller, and that the region belongs to the
// caller's partition.
func Credentials(api Identity, region string) Check {
	return Check{Name: credentials, Look: func(ctx context.Context) []Finding {
		out, err := api.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
		if _, answered := errors.AsType[smithy.APIError](err); answered {
			return one(Failed, "AWS does not take these credentials: "+awserr.Message(err), "Sign in, or set AWS_PROFILE.")
		}
		if err != nil {
			return unasked(err, "sts:GetCallerIdentity")
		}
		caller, err := arn.Parse(aws.ToString(out.Arn))
		if err != nil {
			return one(Failed, fmt.Sprintf("the caller's ARN %q cannot be read", aws.ToString(out.Arn)), "Report it with the output of weir version.")
		}
		found := []Finding{{Status: OK, Found: fmt.Sprintf("account %s as %s", aws.ToString(out.Account), caller.Resource)}}
		if of := PartitionOf(region); of != caller.Partition {
			return append(found, Finding{Check: "region", Status: Failed, Found: fmt.Sprintf("region %s belongs to partition %s, and the credentials to %s", region, of, caller.Partition),
				Remedy: "Set AWS_REGION to a region of " + caller.Partition + ", or use credentials of " + of + "."})
		}
		return append(found, Finding{Check: "region", Status: OK, Found: region + " in partition " + caller.Partition})
	}}
}

// PartitionOf is the partition of a region, by the beginning of its name.
// https://github.com/boto/botocore/blob/develop/botocore/data/partitions.json
func PartitionOf(region string) string {
	for _, known := range []struct{ prefix, partition string }{
		{"cn-", "aws-cn"}, {"us-gov-", "aws-us-gov"}, {"eusc-", "aws-eusc"}, {"us-isob-", "aws-iso-b"}, {"us-isof-", "aws-iso-f"}, {"us-iso-", "aws-iso"}, {"eu-isoe-", "aws-iso-e"},
	} {
		if strings.HasPrefix(region, known.prefix) {
			return known.partition
		}
	}
	return "aws"
}

// bootstrapVersion is the oldest bootstrap stack that the CDK's templates take.
// https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-env.html
const (
	bootstrapVersion   = 6
	bootstrapParameter = "/cdk-bootstrap/hnb659fds/version"
)

// Bootstrap checks that the CDK may deploy to the account and region.
func Bootstrap(api Parameters, region string) Check {
	return Check{Name: "cdk bootstrap", Look: func(ctx context.Context) []Finding {
		remedy := "Run once: cdk bootstrap aws://ACCOUNT/" + region
		out, err := api.GetParameter(ctx, &ssm.GetParameterInput{Name: aws.String(bootstrapParameter)})
		if _, missing := errors.AsType[*types.ParameterNotFound](err); missing {
			return one(Failed, "the parameter "+bootstrapParameter+" does not exist: nobody has bootstrapped this account and region", remedy)
		}
		if err != nil {
			return unasked(err, "ssm:GetParameter on "+bootstrapParameter)
		}
		version, err := strconv.Atoi(aws.ToString(out.Parameter.Value))
		if err != nil || version < bootstrapVersion {
			return one(Failed, fmt.Sprintf("the bootstrap stack has version %s; %d or later is needed", aws.ToString(out.Parameter.Value), bootstrapVersion), remedy)
		}
		return one(OK, fmt.Sprintf("version %d", version), "")
	}}
}

// leastConcurrency is what Weir's handlers take at once, with room for the app.
const leastConcurrency = 20

// Quotas checks what Lambda allows the account. The default quotas of the other
// services suffice for a pipeline of fifty targets; docs/limits.md lists them.
func Quotas(api Account) Check {
	return Check{Name: "lambda quotas", Look: func(ctx context.Context) []Finding {
		out, err := api.GetAccountSettings(ctx, &lambda.GetAccountSettingsInput{})
		if err != nil {
			return unasked(err, "lambda:GetAccountSettings")
		}
		limit, usage := out.AccountLimit, out.AccountUsage
		if limit == nil || usage == nil {
			return one(NotChecked, "AWS answered without limits", "Run it again.")
		}
		var found []Finding
		free := int(aws.ToInt32(limit.UnreservedConcurrentExecutions))
		switch {
		case free < leastConcurrency:
			found = append(found, Finding{Check: "concurrency", Status: Warning, Found: fmt.Sprintf("%d executions at once are not reserved; new accounts begin with 10", free),
				Remedy: "Ask for a higher quota of concurrent executions in Service Quotas before you send traffic."})
		default:
			found = append(found, Finding{Check: "concurrency", Status: OK, Found: fmt.Sprintf("%d executions at once are not reserved", free)})
		}
		if used, most := usage.TotalCodeSize, limit.TotalCodeSize; most > 0 && used > most/5*4 {
			return append(found, Finding{Check: "code storage", Status: Warning, Found: fmt.Sprintf("%d of %d bytes are used, and every version is kept", used, most),
				Remedy: "Delete versions that nothing needs: weir prune --function NAME"})
		}
		return append(found, Finding{Check: "code storage", Status: OK, Found: fmt.Sprintf("%d of %d MB are used", usage.TotalCodeSize>>20, limit.TotalCodeSize>>20)})
	}}
}
