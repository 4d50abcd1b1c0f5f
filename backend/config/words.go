package config

import (
	"reflect"
	"strings"
	"time"

	"avatar-launcher/backend/messages"

	"github.com/goccy/go-yaml/ast"
)

// wanted describes what a key of type t takes where n stands.
func wanted(t reflect.Type, n ast.Node) messages.Message {
	if t == reflect.TypeFor[time.Duration]() {
		return messages.New("config.durationUnit90s5m")
	}
	switch t.Kind() {
	case reflect.String:
		switch n.(type) {
		case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
			return messages.New("config.textQuotes")
		}
		return messages.New("config.text")
	case reflect.Bool:
		return messages.New("config.trueFalse")
	case reflect.Int:
		return messages.New("config.wholeNumber")
	case reflect.Float64:
		return messages.New("config.number125")
	case reflect.Slice:
		return messages.New("config.listOneEntryLine")
	}
	return messages.New("config.keysValuesIndentedBelow")
}

// kindOf says of a key what the file has instead. It never repeats the value: it may be a password.
func kindOf(n ast.Node) messages.Message {
	switch n.(type) {
	case *ast.StringNode, *ast.LiteralNode:
		return messages.New("config.textAnotherForm")
	case *ast.IntegerNode, *ast.FloatNode:
		return messages.New("config.number")
	case *ast.InfinityNode, *ast.NanNode:
		return messages.New("config.notFinite")
	case *ast.BoolNode:
		return messages.New("config.trueFalse2")
	case *ast.NullNode:
		return messages.New("config.empty")
	case *ast.SequenceNode:
		return messages.New("config.list")
	case *ast.MappingNode, *ast.MappingValueNode:
		return messages.New("config.groupKeys")
	case *ast.AnchorNode, *ast.AliasNode, *ast.MergeKeyNode:
		return messages.New("config.anchorAliasNotTaken")
	case *ast.TagNode:
		return messages.New("config.taggedValueNotTaken")
	}
	return messages.New("config.anotherForm")
}

// suggest names the key that was probably meant, or all there are.
func suggest(key string, names []string) messages.Message {
	best, least := "", 3
	for _, name := range names {
		if d := distance(strings.ToLower(strings.ReplaceAll(key, "-", "_")), name); d < least {
			best, least = name, d
		}
	}
	if best != "" {
		return messages.New("config.perhapsMeant", best)
	}
	return messages.New("config.writeOne", strings.Join(names, ", "))
}

// distance is Levenshtein's: how many letters to insert, delete or change.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)]
}
