package cli

import (
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/width"

	"avatar-launcher/backend/messages"
)

// table writes rows of cells in columns. What others wrote into a cell stays in it.
func (p *printer) table(rows [][]string) {
	var most []int
	for _, row := range rows {
		for i, cell := range row {
			cell = messages.Visible(cell)
			row[i] = cell
			if i == len(most) {
				most = append(most, 0)
			}
			most[i] = max(most[i], columns(cell))
		}
	}
	for _, row := range rows {
		var b strings.Builder
		for i, cell := range row {
			b.WriteString(padded(cell, most[i]) + "  ")
		}
		fmt.Fprintln(p.w, strings.TrimRight(b.String(), " "))
	}
}

// padded returns a text with the spaces after it that make it so many columns wide at a terminal.
func padded(text string, to int) string {
	return text + strings.Repeat(" ", max(0, to-columns(text)))
}

// columns returns how many columns a text takes at a terminal: none for a combining mark, two for a wide character.
// https://www.unicode.org/reports/tr11/
func columns(text string) (n int) {
	for _, r := range text {
		switch kind := width.LookupRune(r).Kind(); {
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		case kind == width.EastAsianWide || kind == width.EastAsianFullwidth:
			n += 2
		default:
			n++
		}
	}
	return n
}
