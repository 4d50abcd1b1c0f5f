package config

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"avatar-launcher/backend/messages"
)

// HandedOver reads the text of a profile that somebody hands over: the profile that the text names, or the only one.
// All else in it, such as how the launcher behaves, isn't taken. Errors are *backend.Problem.
func HandedOver(source string, data []byte) (Profile, error) {
	f, err := Parse(source, data)
	if err != nil {
		return Profile{}, err
	}
	names := slices.DeleteFunc(slices.Collect(maps.Keys(f.Profiles)), func(n string) bool {
		return f.Profiles[n].Cloud == CloudEmbedded
	})
	p := f.Profiles[f.Profile]
	if p.Cloud == CloudEmbedded && len(names) == 1 {
		p = f.Profiles[names[0]]
	}
	switch {
	case p.Cloud == CloudEmbedded:
		return Profile{}, problem(messages.New("config.profileNotTaken"), messages.New("config.noProfileToHandOver", source),
			messages.New("config.askSender"), nil)
	case len(p.DemoUsers) > 0:
		return Profile{}, problem(messages.New("config.profileNotTaken"), messages.New("config.holdsPasswords", source),
			messages.New("config.askSenderWithoutPasswords"), nil)
	}
	return p, nil
}

// AddProfile adds a profile to the file at path, which may not exist yet, and makes it the one that is used. All else
// in the file stays as it is to the letter. A profile of that name is never written over, and the policy is asked.
// Errors are *backend.Problem.
func AddProfile(path string, p Profile) error {
	body, err := p.Marshal()
	if err != nil {
		return err
	}
	return editFile(path, func(policy *Policy, data []byte) ([]byte, error) {
		if !policy.Allows(p.Name) {
			return nil, policy.profileRefused(p.Name)
		}
		f, err := parseUnder(policy, path, data)
		if err != nil {
			return nil, err
		}
		if _, taken := f.Profiles[p.Name]; taken {
			return nil, problem(messages.New("config.profileNotTaken"), messages.New("config.nameTaken", strconv.Quote(p.Name)),
				messages.New("config.giveAnotherName"), nil)
		}
		text, why := keepLineEnds(string(data), func(text string) (string, messages.Message) {
			return set(path, text, []string{"profiles", scalar(p.Name)}, strings.TrimSpace(string(body))+"\n")
		})
		if !why.IsZero() {
			return nil, problem(messages.New("config.settingCannotWritten"), why,
				messages.New("config.changeHand", "profiles", path), nil)
		}
		use := Change{Path: "profile", Value: p.Name}
		if policy.Locks("profile") {
			return checkAdded(policy, path, []byte(text), p)
		}
		edited, err := edit(policy, path, []byte(text), use)
		if err != nil {
			return nil, err
		}
		return checkAdded(policy, path, edited, p)
	})
}

// checkAdded reads a text again that a profile was added to: what is there must be the profile.
func checkAdded(policy *Policy, path string, text []byte, p Profile) ([]byte, error) {
	f, err := parseUnder(policy, path, text)
	if err != nil {
		return nil, err
	}
	if _, there := f.Profiles[p.Name]; !there {
		return nil, problem(messages.New("config.settingCannotWritten"), messages.New("config.standsCannotFoundAgain"),
			messages.New("config.changeHand", "profiles", path), nil)
	}
	return text, nil
}
