package infra

import (
	"fmt"
	"regexp"

	"github.com/aws/jsii-runtime-go"
)

// PropError is a prop that cannot be right.
type PropError struct {
	Construct string // the construct's path in the app
	Sentence  string
}

func (e PropError) Error() string { return e.Construct + ": " + e.Sentence }

// pathed is any construct: what is needed to say where a prop went wrong.
func refuse(path *string, format string, args ...any) PropError {
	return PropError{Construct: *path, Sentence: fmt.Sprintf(format, args...)}
}

// texts turns Go strings into what jsii takes.
func texts(values ...string) *[]*string {
	return jsii.Strings(values...)
}

// orElse is value, or standard when value is zero.
func orElse[T comparable](value, standard T) T {
	var zero T
	if value == zero {
		return standard
	}
	return value
}

// aliasName is what Lambda takes for the name of an alias; a name of digits
// only would be a version.
// https://docs.aws.amazon.com/lambda/latest/api/API_CreateAlias.html
var (
	aliasName  = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,128}$`)
	digitsOnly = regexp.MustCompile(`^[0-9]+$`)
)

// maxRunbooksURL keeps an alarm's description, which holds the URL, within the 1,024
// characters that CloudWatch takes.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
const maxRunbooksURL = 400

// webAddress has nothing that would end the text of a notice, which is JSON.
var webAddress = regexp.MustCompile(`^https?://[^\s"<>\\]+$`)

func checkRunbooksURL(url string) error {
	if url != "" && (len(url) > maxRunbooksURL || !webAddress.MatchString(url)) {
		return fmt.Errorf("RunbooksURL is %q; it must be an http or https URL of at most %d characters", url, maxRunbooksURL)
	}
	return nil
}

func checkAlias(field, name string) error {
	if !aliasName.MatchString(name) || digitsOnly.MatchString(name) {
		return fmt.Errorf("%s is %q; an alias has 1 to 128 letters, digits, hyphens and underscores, not digits alone", field, name)
	}
	return nil
}
