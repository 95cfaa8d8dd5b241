package docs_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// block is a fenced sh block of a page.
type block struct {
	section string // the heading of level two above it, if any
	line    int    // of its first command
	text    string
}

// blocksOf reads the sh blocks of a page; fences may be indented.
func blocksOf(t *testing.T, page string) []block {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("runbooks", page))
	if err != nil {
		t.Fatal(err)
	}
	blocks, err := parseBlocks(string(text))
	if err != nil {
		t.Fatalf("%s: %v", page, err)
	}
	return blocks
}

func parseBlocks(text string) ([]block, error) {
	var blocks []block
	section, fence := "", "" // fence is the language of the open one
	for i, line := range strings.Split(text, "\n") {
		trimmed := strings.TrimSpace(line)
		language, isFence := strings.CutPrefix(trimmed, "```")
		switch {
		case isFence && fence != "":
			fence = ""
		case isFence:
			switch language {
			case "sh":
				blocks = append(blocks, block{section: section, line: i + 2})
			case "console":
			default:
				return nil, fmt.Errorf("line %d: a fence of %q; want sh, which is executed, or console", i+1, language)
			}
			fence = language
		case fence == "sh":
			blocks[len(blocks)-1].text += line + "\n"
		case fence == "":
			if heading, ok := strings.CutPrefix(line, "## "); ok {
				section = heading
			}
		}
	}
	if fence != "" {
		return nil, fmt.Errorf("the last fence is open")
	}
	return blocks, nil
}

// script puts blocks into one shell, so that variables stay, and says before
// each where it stands.
func script(page string, blocks []block) string {
	var text strings.Builder
	for _, b := range blocks {
		fmt.Fprintf(&text, "echo '--- %s:%d' >&2\n%s", page, b.line, b.text)
	}
	return text.String()
}

func TestParseBlocks(t *testing.T) {
	blocks, err := parseBlocks("```sh\na\n```\n## One\n```console\nb\n```\n  ```sh\n  c\n  ## d\n  ```\n")
	if err != nil {
		t.Fatal(err)
	}
	want := []block{{"", 2, "a\n"}, {"One", 9, "  c\n  ## d\n"}}
	if len(blocks) != 2 || blocks[0] != want[0] || blocks[1] != want[1] {
		t.Errorf("blocks = %+v, want %+v", blocks, want)
	}
	for _, bad := range []string{"```sh\na\n", "```bash\na\n```\n", "```\na\n```\n"} {
		if _, err := parseBlocks(bad); err == nil {
			t.Errorf("%q was read without a complaint", bad)
		}
	}
}
