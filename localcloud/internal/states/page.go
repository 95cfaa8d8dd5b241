package states

import (
	"encoding/base64"
	"strconv"

	"weir/localcloud/internal/api"
)

// paginate cuts the page that a token asks for and returns the next token.
func paginate[T any](list []T, size int32, token *string, otherwise int) ([]T, *string, error) {
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
