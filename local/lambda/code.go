package lambda

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"weir/local/api"
)

// code reads a deployment package.
func (s *Service) code(ctx context.Context, code *types.FunctionCode) ([]byte, error) {
	switch {
	case code == nil:
		return nil, api.Errorf("InvalidParameterValueException", "Code is required.")
	case code.ImageUri != nil:
		return nil, api.Errorf("InvalidParameterValueException", "The local cloud runs zip packages; container images are not supported.")
	case code.S3Bucket != nil:
		body, err := s.Objects.Object(ctx, *code.S3Bucket, deref(code.S3Key))
		if err != nil {
			return nil, api.Errorf("InvalidParameterValueException", "Error occurred while GetObject. %v", err)
		}
		return body, nil
	case len(code.ZipFile) == 0:
		return nil, api.Errorf("InvalidParameterValueException", "Please provide a source for function code.")
	}
	return code.ZipFile, nil
}

// unpack lays a package out in a folder named by its hash, once.
func (s *Service) unpack(body []byte, sum [32]byte) (string, error) {
	folder := filepath.Join(s.Dir, "code", hex.EncodeToString(sum[:]))
	if _, err := os.Stat(folder); err == nil {
		return folder, nil
	}
	reader, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		return "", api.Errorf("InvalidParameterValueException", "Could not unzip uploaded file. Please check your file, then try to upload again.")
	}
	half := folder + "." + newID()
	for _, file := range reader.File {
		if err := unpackFile(half, file); err != nil {
			return "", err
		}
	}
	if err := os.MkdirAll(half, 0o755); err != nil {
		return "", fmt.Errorf("unpack code: %w", err)
	}
	if err := os.Rename(half, folder); err != nil && !os.IsExist(err) {
		return "", fmt.Errorf("unpack code: %w", err)
	}
	return folder, nil
}

func unpackFile(folder string, file *zip.File) error {
	path := filepath.Join(folder, file.Name)
	if !strings.HasPrefix(path, folder+string(filepath.Separator)) {
		return api.Errorf("InvalidParameterValueException", "The package holds %q, which leads out of it.", file.Name)
	}
	if strings.HasSuffix(file.Name, "/") {
		return os.MkdirAll(path, 0o755)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("unpack code: %w", err)
	}
	in, err := file.Open()
	if err != nil {
		return fmt.Errorf("unpack %s: %w", file.Name, err)
	}
	defer in.Close()
	mode := os.FileMode(0o644)
	if file.Mode()&0o111 != 0 {
		mode = 0o755
	}
	out, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, mode)
	if err != nil {
		return fmt.Errorf("unpack code: %w", err)
	}
	if _, err := io.Copy(out, in); err != nil {
		_ = out.Close()
		return fmt.Errorf("unpack %s: %w", file.Name, err)
	}
	return out.Close()
}

// copyFields sets the fields of one struct from those of the same name and type
// in another: the SDK repeats the same members in many output structs.
func copyFields(to, from any) {
	target, source := reflect.ValueOf(to).Elem(), reflect.ValueOf(from).Elem()
	for i := range source.NumField() {
		field := target.FieldByName(source.Type().Field(i).Name)
		if field.IsValid() && field.CanSet() && field.Type() == source.Field(i).Type() {
			field.Set(source.Field(i))
		}
	}
}

// newID is a random UUID.
func newID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails, by its documentation
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
