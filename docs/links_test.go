package docs_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestLinksOfThePagesLead looks at every link from a page of this repository to a
// file or a heading of it.
func TestLinksOfThePagesLead(t *testing.T) {
	pages := 0
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && slices.Contains([]string{".git", "build", "cdk.out", "node_modules", "testdata"}, entry.Name()) {
			return fs.SkipDir
		}
		if filepath.Ext(path) != ".md" {
			return nil
		}
		pages++
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, fault := range brokenLinks(path, string(text)) {
			t.Errorf("%s: %s", path, fault)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if pages < 20 {
		t.Errorf("only %d pages were found", pages)
	}
}

func TestLinksOfThePagesCanFail(t *testing.T) {
	page := "[a](nowhere.md) [b](aws_test.go) [c](#no-such-heading) [d](#a-heading-with-code) [e](https://example.com/x)\n\n## A heading, with `code`\n\n```\n[f](nowhere.md)\n## no such heading\n```\n"
	want := []string{"nowhere.md does not exist", "page.md has no heading #no-such-heading"}
	if got := brokenLinks("page.md", page); !slices.Equal(got, want) {
		t.Errorf("brokenLinks = %q, want %q", got, want)
	}
}

var (
	fenced     = regexp.MustCompile("(?ms)^ *```.*?^ *```$")
	pageLink   = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading    = regexp.MustCompile(`(?m)^#+ (.*)$`)
	notInSlugs = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
)

// brokenLinks returns what is wrong with the links of a page within the repository.
func brokenLinks(path, text string) []string {
	var faults []string
	for _, found := range pageLink.FindAllStringSubmatch(fenced.ReplaceAllString(text, ""), -1) {
		if strings.Contains(found[1], "://") {
			continue
		}
		file, anchor, _ := strings.Cut(found[1], "#")
		target, content := path, text
		if file != "" {
			target = filepath.Join(filepath.Dir(path), file)
			if _, err := os.Stat(target); err != nil {
				faults = append(faults, file+" does not exist")
				continue
			}
			raw, _ := os.ReadFile(target) // a folder has no headings
			content = string(raw)
		}
		if anchor != "" && !slices.Contains(anchorsOf(content), anchor) {
			faults = append(faults, fmt.Sprintf("%s has no heading #%s", target, anchor))
		}
	}
	return faults
}

// anchorsOf returns the anchors that GitHub gives to the headings of a page.
func anchorsOf(text string) []string {
	var anchors []string
	for _, found := range heading.FindAllStringSubmatch(fenced.ReplaceAllString(text, ""), -1) {
		name := notInSlugs.ReplaceAllString(strings.ToLower(found[1]), "")
		anchors = append(anchors, strings.ReplaceAll(name, " ", "-"))
	}
	return anchors
}
