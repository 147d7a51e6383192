package apiv3

import (
	"strings"
	"unicode"
)

// drawTable draws rows of cells, each of which holds lines; the first row is
// the header. There is no newline at the end.
func drawTable(rows [][][]string) []byte {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, lines := range row {
			for _, line := range lines {
				widths[i] = max(widths[i], displayWidth(line))
			}
		}
	}
	var border strings.Builder
	for _, w := range widths {
		border.WriteString("+" + strings.Repeat("-", w+2))
	}
	border.WriteString("+")
	var b strings.Builder
	b.WriteString(border.String() + "\n")
	for i, row := range rows {
		drawRow(&b, row, widths)
		if i == 0 {
			b.WriteString(border.String() + "\n")
		}
	}
	b.WriteString(border.String())
	return []byte(b.String())
}

// drawRow draws a row, which is as high as its highest cell.
func drawRow(b *strings.Builder, row [][]string, widths []int) {
	height := 1
	for _, lines := range row {
		height = max(height, len(lines))
	}
	for n := range height {
		for i, lines := range row {
			line := ""
			if n < len(lines) {
				line = lines[n]
			}
			b.WriteString("| " + line + strings.Repeat(" ", widths[i]-displayWidth(line)+1))
		}
		b.WriteString("|\n")
	}
}

// wide holds the main blocks of characters that take two columns.
var wide = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x1100, Hi: 0x115F, Stride: 1},
		{Lo: 0x2E80, Hi: 0x303E, Stride: 1},
		{Lo: 0x3041, Hi: 0xA4CF, Stride: 1},
		{Lo: 0xAC00, Hi: 0xD7A3, Stride: 1},
		{Lo: 0xF900, Hi: 0xFAFF, Stride: 1},
		{Lo: 0xFE30, Hi: 0xFE6F, Stride: 1},
		{Lo: 0xFF00, Hi: 0xFF60, Stride: 1},
		{Lo: 0xFFE0, Hi: 0xFFE6, Stride: 1},
	},
	R32: []unicode.Range32{
		{Lo: 0x1F300, Hi: 0x1F64F, Stride: 1},
		{Lo: 0x1F680, Hi: 0x1F6FF, Stride: 1},
		{Lo: 0x1F900, Hi: 0x1F9FF, Stride: 1},
		{Lo: 0x20000, Hi: 0x3FFFD, Stride: 1},
	},
}

// displayWidth is how many columns a text takes on a terminal.
func displayWidth(s string) int {
	n := 0
	for _, c := range s {
		switch {
		case unicode.In(c, unicode.Mn, unicode.Me, unicode.Cf):
		case unicode.Is(wide, c):
			n += 2
		default:
			n++
		}
	}
	return n
}
