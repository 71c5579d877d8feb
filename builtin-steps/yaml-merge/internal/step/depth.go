package step

import "strings"

// mostLevels bounds how deep collections are nested: the library reads them by recursion, and at some 2,500 levels the stack
// of a guest is exhausted, which could not be told from a fault of this program.
const mostLevels = 1000

// isDeep says whether a text may have more levels than that. It knows no quotes: brackets that nobody closes count, wherever
// they stand, and so does every column in front of the content of a line.
func isDeep(text string) bool {
	level := 0
	for line := range strings.Lines(text) {
		if content := strings.TrimLeft(line, " -?"); len(line)-len(content) > mostLevels {
			return true
		}
		for _, character := range []byte(line) {
			switch character {
			case '[', '{':
				level++
			case ']', '}':
				level = max(level-1, 0)
			}
			if level > mostLevels {
				return true
			}
		}
	}
	return false
}
