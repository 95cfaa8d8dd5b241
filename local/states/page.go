package states

import (
	"encoding/base64"
	"strconv"

	"weir/local/api"
)

// maxPage is the largest page of any list
// (https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetExecutionHistory.html).
const maxPage = 1000

// paginate cuts the page that a token asks for and returns the next token.
func paginate[T any](list []T, size int32, token *string, otherwise int) ([]T, *string, error) {
	if size < 0 || size > maxPage {
		return nil, nil, api.Errorf("ValidationException", "1 validation error detected: Value '%d' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to %d", size, maxPage)
	}
	from := 0
	if token != nil {
		text, err := base64.StdEncoding.DecodeString(*token)
		if err == nil {
			from, err = strconv.Atoi(string(text))
		}
		if err != nil || from < 0 || from > len(list) {
			return nil, nil, api.Errorf("InvalidToken", "Invalid Token: 'Invalid token'")
		}
	}
	count := int(size)
	if count == 0 {
		count = otherwise
	}
	to := min(from+count, len(list))
	if to == len(list) {
		return list[from:to], nil, nil
	}
	next := base64.StdEncoding.EncodeToString([]byte(strconv.Itoa(to)))
	return list[from:to], &next, nil
}
