package s3

import (
	"context"
	"encoding/base64"
	"encoding/xml"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"weir/localcloud/internal/api"
)

type ownerXML struct{ DisplayName, ID string }

type contentXML struct {
	Key, LastModified, ETag         string
	ChecksumAlgorithm, ChecksumType string `xml:",omitempty"`
	Size                            int64
	Owner                           *ownerXML
	StorageClass                    string
}

type prefixXML struct{ Prefix string }

// listXML is the answer of both versions of the operation: the second has the
// tokens and the count, the first the markers.
type listXML struct {
	XMLName               xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ ListBucketResult"`
	Name, Prefix          string
	Marker                *string
	NextMarker            string `xml:",omitempty"`
	StartAfter            string `xml:",omitempty"`
	ContinuationToken     string `xml:",omitempty"`
	NextContinuationToken string `xml:",omitempty"`
	KeyCount              *int
	MaxKeys               int
	Delimiter             string `xml:",omitempty"`
	EncodingType          string `xml:",omitempty"`
	IsTruncated           bool
	Contents              []contentXML
	CommonPrefixes        []prefixXML
}

// maxKeys is the longest page of a listing.
const maxKeys = 1000

func (s *Service) listObjects(_ context.Context, _ api.Caller, r *Request) (*Answer, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	b, err := s.find(r)
	if err != nil {
		return nil, err
	}
	most, err := pageSize(r.query("max-keys"))
	if err != nil {
		return nil, err
	}
	second := r.query("list-type") == "2"
	after, err := startOf(r, second)
	if err != nil {
		return nil, err
	}
	out := listXML{Name: r.Bucket, Prefix: r.query("prefix"), Delimiter: r.query("delimiter"), MaxKeys: most, EncodingType: r.query("encoding-type")}
	last := out.fill(b, after, s.ownerOf(r, second))
	switch {
	case second:
		count := len(out.Contents) + len(out.CommonPrefixes)
		out.KeyCount, out.ContinuationToken = &count, r.query("continuation-token")
		if out.ContinuationToken == "" {
			out.StartAfter = r.query("start-after")
		}
		if out.IsTruncated {
			out.NextContinuationToken = base64.URLEncoding.EncodeToString([]byte(last))
		}
	default:
		out.Marker = &after
		if out.IsTruncated && out.Delimiter != "" {
			out.NextMarker = last
		}
	}
	if out.EncodingType == "url" {
		out.encode()
	}
	return &Answer{XML: out, Header: map[string][]string{"X-Amz-Bucket-Region": {s.Env.Region}}}, nil
}

func pageSize(text string) (int, error) {
	if text == "" {
		return maxKeys, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, invalidArgument("Provided max-keys not an integer or within integer range", "max-keys", text)
	}
	return min(n, maxKeys), nil
}

// startOf is what the keys of a page come after.
func startOf(r *Request, second bool) (string, error) {
	if !second {
		return r.query("marker"), nil
	}
	tokens, continued := r.Query["continuation-token"]
	if !continued {
		return r.query("start-after"), nil
	}
	after, err := base64.URLEncoding.DecodeString(tokens[0])
	if err != nil || len(after) == 0 {
		return "", failed(400, "InvalidArgument", "The continuation token provided is incorrect", "ArgumentName", "continuation-token")
	}
	return string(after), nil
}

// ownerOf is the owner that a listing shows of each object: the first version
// always, the second if asked.
func (s *Service) ownerOf(r *Request, second bool) *ownerXML {
	if second && r.query("fetch-owner") != "true" {
		return nil
	}
	return &ownerXML{DisplayName: s.Env.Account, ID: s.Env.Account}
}

// fill lists a page and tells the last key or common prefix in it.
func (l *listXML) fill(b *bucket, after string, owner *ownerXML) (last string) {
	for _, key := range slices.Sorted(maps.Keys(b.objects)) {
		rest, ok := strings.CutPrefix(key, l.Prefix)
		if !ok || key <= after {
			continue
		}
		shown := key
		folder, _, nested := strings.Cut(rest, l.Delimiter)
		nested = nested && l.Delimiter != ""
		if nested {
			shown = l.Prefix + folder + l.Delimiter
			if shown == last || shown <= after && strings.HasPrefix(after, shown) {
				continue
			}
		}
		if len(l.Contents)+len(l.CommonPrefixes) == l.MaxKeys {
			l.IsTruncated = l.MaxKeys > 0
			return last
		}
		last = shown
		if nested {
			l.CommonPrefixes = append(l.CommonPrefixes, prefixXML{shown})
			continue
		}
		l.Contents = append(l.Contents, b.objects[key].listed(key, owner))
	}
	return last
}

func (o *object) listed(key string, owner *ownerXML) contentXML {
	c := contentXML{Key: key, LastModified: iso(o.modified), ETag: o.etag, Size: o.size, StorageClass: "STANDARD", Owner: owner}
	if o.checksum.name != "" {
		c.ChecksumAlgorithm, c.ChecksumType = o.checksum.name, wholeObject
	}
	return c
}

// encode writes keys as they are in URLs, but for slashes.
func (l *listXML) encode() {
	escape := func(text string) string { return strings.ReplaceAll(url.QueryEscape(text), "%2F", "/") }
	for _, text := range []*string{&l.Prefix, &l.Delimiter, &l.StartAfter, &l.NextMarker} {
		*text = escape(*text)
	}
	if l.Marker != nil {
		marker := escape(*l.Marker)
		l.Marker = &marker
	}
	for i := range l.Contents {
		l.Contents[i].Key = escape(l.Contents[i].Key)
	}
	for i := range l.CommonPrefixes {
		l.CommonPrefixes[i].Prefix = escape(l.CommonPrefixes[i].Prefix)
	}
}
