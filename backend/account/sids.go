package account

// withoutSids returns a part of the template without the names of its policies' statements. They are for readers of the
// file; what is sent has a limit of length.
func withoutSids(v any) any {
	switch v := v.(type) {
	case []any:
		out := make([]any, len(v))
		for i, each := range v {
			out[i] = withoutSids(each)
		}
		return out
	case map[string]any:
		_, statement := v["Effect"]
		out := map[string]any{}
		for k, each := range v {
			if !statement || k != "Sid" {
				out[k] = withoutSids(each)
			}
		}
		return out
	}
	return v
}
