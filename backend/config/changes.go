package config

import (
	"reflect"
	"strings"
)

// Changes are the keys in which two profiles differ, such as "zone.ttl", in the order of the file. Lists and maps
// count as one value.
func Changes(a, b Profile) []string {
	return changes("", reflect.ValueOf(a), reflect.ValueOf(b))
}

func changes(path string, a, b reflect.Value) (keys []string) {
	switch a.Kind() {
	case reflect.Struct:
	case reflect.Slice, reflect.Map:
		if a.Len() == 0 && b.Len() == 0 {
			return nil // nil and empty say the same
		}
		fallthrough
	default:
		if !reflect.DeepEqual(a.Interface(), b.Interface()) {
			return []string{path}
		}
		return nil
	}
	for i := range a.NumField() {
		key, _, _ := strings.Cut(a.Type().Field(i).Tag.Get("yaml"), ",")
		if key != "-" {
			keys = append(keys, changes(join(path, key), a.Field(i), b.Field(i))...)
		}
	}
	return keys
}
