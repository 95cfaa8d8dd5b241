package states

import (
	"encoding/base64"
	"fmt"
	"strconv"

	"weir/local/api"
)

// maxPage is the largest page of any list, and maxToken and maxExecutionsToken
// how long the tokens of lists may be
// (https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListExecutions.html).
const (
	maxPage            = 1000
	maxToken           = 1024
	maxExecutionsToken = 3096
)

// invalid is how the service words a value that breaks a constraint of the API's
// model.
func invalid(member, value, constraint string) error {
	return api.Errorf("ValidationException", "1 validation error detected: Value '%s' at '%s' failed to satisfy constraint: Member must %s", value, member, constraint)
}

func aboveMaximum(member string, value, maximum int) error {
	if value < 0 {
		return invalid(member, strconv.Itoa(value), "have value greater than or equal to 0")
	}
	return invalid(member, strconv.Itoa(value), fmt.Sprintf("have value less than or equal to %d", maximum))
}

// paginate cuts the page that a token of at most longest characters asks for and
// returns the next token.
func paginate[T any](list []T, size int32, token *string, longest int) ([]T, *string, error) {
	if size < 0 || size > maxPage {
		return nil, nil, aboveMaximum("maxResults", int(size), maxPage)
	}
	from, err := position(token, longest)
	if err != nil {
		return nil, nil, err
	}
	if from > len(list) {
		return nil, nil, errToken
	}
	count := int(size)
	if count == 0 {
		count = 100
	}
	to := min(from+count, len(list))
	if to == len(list) {
		return list[from:to], nil, nil
	}
	next := base64.StdEncoding.EncodeToString([]byte(strconv.Itoa(to)))
	return list[from:to], &next, nil
}

var errToken = api.Errorf("InvalidToken", "Invalid Token: 'Invalid token'")

// position is where the page of a token starts.
func position(token *string, longest int) (int, error) {
	if token == nil {
		return 0, nil
	}
	switch {
	case *token == "":
		return 0, invalid("nextToken", "", "have length greater than or equal to 1")
	case len(*token) > longest:
		return 0, invalid("nextToken", *token, fmt.Sprintf("have length less than or equal to %d", longest))
	}
	text, err := base64.StdEncoding.DecodeString(*token)
	if err != nil {
		return 0, errToken
	}
	from, err := strconv.Atoi(string(text))
	if err != nil || from < 0 {
		return 0, errToken
	}
	return from, nil
}
