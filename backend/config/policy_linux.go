package config

func systemPolicy() string { return "/etc/avatar-launcher/policy.yaml" }

// managedPolicy is empty: Linux has no other place that all device managements write to.
func managedPolicy() (source, text string, err error) { return "", "", nil }
