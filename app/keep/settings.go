package keep

import (
	"encoding/json"
	"errors"
	"fmt"

	"avatar-launcher/backend/config"
)

// The environment variables of the account's function. Both are JSON with the keys of a profile.
const (
	ProfileVariable  = "AVATAR_PROFILE"  // what the stack has made
	SettingsVariable = "AVATAR_SETTINGS" // what an operator wants otherwise; may be empty
)

// accountProfile is the name of the function's profile.
const accountProfile = "account"

// Settings reads the function's profile from its environment.
func Settings(env func(string) string) (config.Profile, error) {
	profile, err := object(env(ProfileVariable))
	if err != nil {
		return config.Profile{}, fmt.Errorf("%s: %w", ProfileVariable, err)
	}
	more, err := object(env(SettingsVariable))
	if err != nil {
		return config.Profile{}, fmt.Errorf("%s: %w", SettingsVariable, err)
	}
	merge(profile, more)
	text, err := json.Marshal(map[string]any{"profile": accountProfile,
		"profiles": map[string]any{accountProfile: profile}})
	if err != nil {
		return config.Profile{}, err
	}
	f, err := config.Parse(ProfileVariable, text)
	if err != nil {
		return config.Profile{}, err
	}
	p := f.Profiles[accountProfile]
	if p.Cloud != config.CloudAWS {
		return p, errors.New("the function works on AWS only")
	}
	return p, nil
}

func object(text string) (map[string]any, error) {
	out := map[string]any{}
	if text == "" {
		return out, nil
	}
	return out, json.Unmarshal([]byte(text), &out)
}

// merge overwrites what both have with b's values, mapping by mapping.
func merge(a, b map[string]any) {
	for key, v := range b {
		into, isMap := a[key].(map[string]any)
		from, both := v.(map[string]any)
		if isMap && both {
			merge(into, from)
		} else {
			a[key] = v
		}
	}
}
