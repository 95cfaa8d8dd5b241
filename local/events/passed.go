package events

import "github.com/aws/aws-sdk-go-v2/service/eventbridge"

const principal = "events.amazonaws.com"

// passedRoles are the roles that EventBridge is to call targets in.
func passedRoles(in *eventbridge.PutTargetsInput) []*string {
	var roles []*string
	for _, target := range in.Targets {
		roles = append(roles, target.RoleArn)
	}
	return roles
}
