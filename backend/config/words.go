package config

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
)

// wanted describes what a key of type t takes where n stands.
func wanted(t reflect.Type, n ast.Node) string {
	if t == reflect.TypeFor[time.Duration]() {
		return "a duration with its unit, such as 90s, 5m or 1h"
	}
	switch t.Kind() {
	case reflect.String:
		switch n.(type) {
		case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
			return "text, in quotes"
		}
		return "text"
	case reflect.Bool:
		return "true or false"
	case reflect.Int:
		return "a whole number"
	case reflect.Float64:
		return "a number such as 1.25"
	case reflect.Slice:
		return "a list, one entry a line after a dash"
	}
	return "keys and values, indented below it"
}

// kindOf says of a key what the file has instead. It never repeats the value: it may be a password.
func kindOf(n ast.Node) string {
	switch n.(type) {
	case *ast.StringNode, *ast.LiteralNode:
		return "is text of another form."
	case *ast.IntegerNode, *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		return "is a number."
	case *ast.BoolNode:
		return "is true or false."
	case *ast.NullNode:
		return "is empty."
	case *ast.SequenceNode:
		return "is a list."
	case *ast.MappingNode, *ast.MappingValueNode:
		return "is a group of keys."
	case *ast.AnchorNode, *ast.AliasNode, *ast.MergeKeyNode:
		return "is an anchor or alias, which are not taken here."
	case *ast.TagNode:
		return "is a tagged value, which is not taken here."
	}
	return "is of another form."
}

// suggest names the key that was probably meant, or all there are.
func suggest(key string, names []string) string {
	best, least := "", 3
	for _, name := range names {
		if d := distance(strings.ToLower(strings.ReplaceAll(key, "-", "_")), name); d < least {
			best, least = name, d
		}
	}
	if best != "" {
		return fmt.Sprintf("Perhaps %s is meant.", best)
	}
	return "Write one of " + strings.Join(names, ", ") + "."
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
