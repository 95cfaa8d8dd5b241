package s3

import (
	"bytes"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"hash"
	"hash/crc32"
	"hash/crc64"
	"net/http"
	"strings"

	"weir/localcloud/internal/api"
)

// sums are the checksums by name. CRC64NVME's polynomial is the one of the NVM
// Express specification, bits reversed.
var sums = map[string]func() hash.Hash{
	"CRC32":     func() hash.Hash { return crc32.NewIEEE() },
	"CRC32C":    func() hash.Hash { return crc32.New(crc32.MakeTable(crc32.Castagnoli)) },
	"CRC64NVME": func() hash.Hash { return crc64.New(crc64.MakeTable(0x9a6c9329ac4bc9b5)) },
	"SHA1":      sha1.New,
	"SHA256":    sha256.New,
}

// checksum is what an object is checked against.
type checksum struct{ name, value string }

func (c checksum) header() string { return http.CanonicalHeaderKey("x-amz-checksum-" + c.name) }

// checksumOf is the checksum that came with a body, or the one that S3 makes.
func checksumOf(body []byte, header http.Header) checksum {
	for name := range sums {
		c := checksum{name: name}
		if c.value = header.Get(c.header()); c.value != "" {
			return c
		}
	}
	return checksum{"CRC64NVME", base64.StdEncoding.EncodeToString(sum(sums["CRC64NVME"](), body))}
}

func sum(h hash.Hash, body []byte) []byte {
	h.Write(body) // a hash never fails, by its documentation
	return h.Sum(nil)
}

// check refuses a body whose checksums, of those in the header, are wrong.
func check(body []byte, header http.Header) error {
	if err := checkMD5(body, header.Get("Content-Md5")); err != nil {
		return err
	}
	for name, sumOf := range sums {
		c := checksum{name: name}
		if c.value = header.Get(c.header()); c.value == "" {
			continue
		}
		want, err := base64.StdEncoding.DecodeString(c.value)
		h := sumOf()
		if err != nil || len(want) != h.Size() {
			return api.Errorf("InvalidRequest", "Value for %s header is invalid.", strings.ToLower(c.header()))
		}
		if !bytes.Equal(sum(h, body), want) {
			return api.Errorf("BadDigest", "The %s you specified did not match the calculated checksum.", name)
		}
	}
	return nil
}

func checkMD5(body []byte, value string) error {
	if value == "" {
		return nil
	}
	want, err := base64.StdEncoding.DecodeString(value)
	if err != nil || len(want) != md5.Size {
		return failed(400, "InvalidDigest", "The Content-MD5 you specified was invalid.", "Content-MD5", value)
	}
	if got := sum(md5.New(), body); !bytes.Equal(got, want) {
		return failed(400, "BadDigest", "The Content-MD5 you specified did not match what we received.",
			"ExpectedDigest", value, "CalculatedDigest", base64.StdEncoding.EncodeToString(got))
	}
	return nil
}
