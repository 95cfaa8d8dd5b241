package lambda

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"

	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"weir/localcloud/internal/api"
)

// Lambda's limits of a deployment package, in bytes.
// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
const (
	maxZipped   = 50 << 20
	maxUnzipped = 250 << 20
)

// fetch reads a deployment package.
func (s *Service) fetch(ctx context.Context, code *types.FunctionCode) ([]byte, error) {
	switch {
	case code == nil:
		return nil, invalid("Please provide a source for function code.")
	case code.ImageUri != nil:
		return nil, unsupported("container images (ImageUri)")
	case code.S3Bucket != nil && s.Objects == nil:
		return nil, unsupported("code in S3 without an S3 service")
	case code.S3Bucket != nil:
		body, err := s.Objects.Object(ctx, *code.S3Bucket, api.Deref(code.S3Key))
		if awsErr, ok := errors.AsType[*api.Error](err); ok {
			return nil, invalid("Error occurred while GetObject. S3 Error Code: %s. S3 Error Message: %s", awsErr.Code, awsErr.Message)
		}
		return body, err
	case len(code.ZipFile) == 0:
		return nil, invalid("Please provide a source for function code.")
	case len(code.ZipFile) > maxZipped:
		return nil, &api.Error{Code: "RequestEntityTooLargeException", Status: 413, Message: fmt.Sprintf("Zipped size must be smaller than %d bytes", maxZipped)}
	}
	return code.ZipFile, nil
}

// unpacked is a deployment package on disk.
type unpacked struct {
	folder string
	hash   string // base64 of its SHA-256
	size   int64
}

func (u unpacked) into(v *version) {
	v.folder, v.config.CodeSha256, v.config.CodeSize = u.folder, &u.hash, u.size
}

// unpack lays a package out in a folder named by its hash, once, with the
// package itself beside it.
func (s *Service) unpack(body []byte) (unpacked, error) {
	sum := sha256.Sum256(body)
	folder := filepath.Join(s.Dir, "code", hex.EncodeToString(sum[:]))
	u := unpacked{folder: folder, hash: base64.StdEncoding.EncodeToString(sum[:]), size: int64(len(body))}
	if _, err := os.Stat(folder); err == nil {
		return u, nil
	}
	reader, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		return u, invalid("Could not unzip uploaded file. Please check your file, then try to upload again.")
	}
	half := folder + "." + api.NewID()
	defer func() { _ = os.RemoveAll(half) }() // moved away when all went well
	if err := extract(half, reader); err != nil {
		return u, err
	}
	if err := os.WriteFile(folder+".zip", body, 0o600); err != nil {
		return u, fmt.Errorf("keep a package: %w", err)
	}
	if err := os.Rename(half, folder); err != nil && !errors.Is(err, fs.ErrExist) {
		if _, statErr := os.Stat(folder); statErr != nil { // else another request was first
			return u, fmt.Errorf("unpack a package: %w", err)
		}
	}
	return u, nil
}

func extract(folder string, reader *zip.Reader) error {
	if err := os.MkdirAll(folder, 0o750); err != nil {
		return fmt.Errorf("unpack a package: %w", err)
	}
	left := int64(maxUnzipped)
	for _, file := range reader.File {
		if !filepath.IsLocal(file.Name) {
			return invalid("The package holds %q, which leads out of it.", file.Name)
		}
		written, err := extractFile(filepath.Join(folder, file.Name), file, left)
		if err != nil {
			return err
		}
		left -= written
	}
	return nil
}

func extractFile(path string, file *zip.File, limit int64) (int64, error) {
	if file.FileInfo().IsDir() {
		return 0, os.MkdirAll(path, 0o750)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return 0, fmt.Errorf("unpack a package: %w", err)
	}
	in, err := file.Open()
	if err != nil {
		return 0, invalid("Could not unzip uploaded file. Please check your file, then try to upload again.")
	}
	defer func() { _ = in.Close() }() // only read
	mode := os.FileMode(0o640)
	if file.Mode()&0o111 != 0 {
		mode = 0o750
	}
	out, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, mode)
	if err != nil {
		return 0, fmt.Errorf("unpack a package: %w", err)
	}
	written, err := io.Copy(out, io.LimitReader(in, limit+1))
	if closeErr := out.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return 0, fmt.Errorf("unpack %s: %w", file.Name, err)
	}
	if written > limit {
		return 0, invalid("Unzipped size must be smaller than %d bytes", maxUnzipped)
	}
	return written, nil
}

// Package reads a deployment package from disk: a zip file as it is, a folder
// zipped so that the same content gives the same bytes.
func Package(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("read a package: %w", err)
	}
	if !info.IsDir() {
		return os.ReadFile(path)
	}
	var body bytes.Buffer
	archive := zip.NewWriter(&body)
	err = filepath.WalkDir(path, func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		return addFile(archive, path, file)
	})
	if err == nil {
		err = archive.Close()
	}
	if err != nil {
		return nil, fmt.Errorf("package %s: %w", path, err)
	}
	return body.Bytes(), nil
}

func addFile(archive *zip.Writer, root, file string) error {
	relative, err := filepath.Rel(root, file)
	if err != nil {
		return err
	}
	info, err := os.Stat(file)
	if err != nil {
		return err
	}
	header := &zip.FileHeader{Name: filepath.ToSlash(relative), Method: zip.Deflate}
	header.SetMode(info.Mode().Perm())
	out, err := archive.CreateHeader(header)
	if err != nil {
		return err
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	_, err = out.Write(content)
	return err
}

// as copies the fields of the same name and type into an output struct: the SDK
// repeats the same members in many of them.
func as[O, I any](from I) *O {
	to := new(O)
	target, source := reflect.ValueOf(to).Elem(), reflect.ValueOf(from)
	for i := range source.NumField() {
		if !source.Type().Field(i).IsExported() {
			continue
		}
		field := target.FieldByName(source.Type().Field(i).Name)
		if field.IsValid() && field.Type() == source.Field(i).Type() {
			field.Set(source.Field(i))
		}
	}
	return to
}
