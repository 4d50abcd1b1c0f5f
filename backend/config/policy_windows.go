package config

import (
	"errors"
	"path/filepath"
	"strings"
	"unsafe"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"
)

// systemPolicy asks Windows for ProgramData, since a user can change the variable of that name.
func systemPolicy() string {
	dir, err := windows.KnownFolderPath(windows.FOLDERID_ProgramData, 0)
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "avatar-launcher", "policy.yaml")
}

// policyKey is where Group Policy writes what the administrative template asks for. Only administrators may.
const policyKey = `SOFTWARE\Policies\avatar-launcher`

// managedPolicy is the value Policy of the registry, one text or one line a string.
func managedPolicy() (source, text string, err error) {
	source = `HKLM\` + policyKey + `\Policy`
	key, err := registry.OpenKey(registry.LOCAL_MACHINE, policyKey, registry.QUERY_VALUE)
	if errors.Is(err, registry.ErrNotExist) {
		return "", "", nil
	}
	if err != nil {
		return source, "", err
	}
	defer key.Close()
	lines, _, err := key.GetStringsValue("Policy")
	if errors.Is(err, registry.ErrUnexpectedType) {
		text, _, err = key.GetStringValue("Policy")
		lines = []string{text}
	}
	if errors.Is(err, registry.ErrNotExist) {
		return "", "", nil
	}
	return source, strings.Join(lines, "\n"), err
}

// writing are the rights by which a file's content, or a folder's, can be changed.
const writing = windows.FILE_WRITE_DATA | windows.FILE_APPEND_DATA | windows.WRITE_DAC | windows.WRITE_OWNER |
	windows.DELETE | windows.GENERIC_WRITE | windows.GENERIC_ALL

// othersMayWrite reports whether somebody but administrators and the system owns a file or may write it. Of a folder
// only the owner counts: ProgramData lets users make files in new folders, but not change those of others.
func othersMayWrite(path string, owner int) bool {
	if owner == testOwner {
		return false
	}
	sd, err := windows.GetNamedSecurityInfo(path, windows.SE_FILE_OBJECT,
		windows.OWNER_SECURITY_INFORMATION|windows.DACL_SECURITY_INFORMATION)
	if err != nil {
		return true
	}
	of, _, err := sd.Owner()
	if err != nil || !administers(of) {
		return true
	}
	list, _, err := sd.DACL()
	if err != nil || list == nil {
		return true
	}
	if strings.EqualFold(filepath.Base(path), "avatar-launcher") {
		return false
	}
	for i := range uint32(list.AceCount) {
		var entry *windows.ACCESS_ALLOWED_ACE
		if windows.GetAce(list, i, &entry) != nil {
			return true
		}
		allows := entry.Header.AceType == windows.ACCESS_ALLOWED_ACE_TYPE &&
			entry.Header.AceFlags&windows.INHERIT_ONLY_ACE == 0
		if allows && entry.Mask&writing != 0 && !administers((*windows.SID)(unsafe.Pointer(&entry.SidStart))) {
			return true
		}
	}
	return false
}

// testOwner is what os.Getuid returns on Windows, so that tests may have a policy in a folder of their own.
const testOwner = -1

// administers reports whether a SID is one of those that administer the computer.
func administers(sid *windows.SID) bool {
	return sid.IsWellKnown(windows.WinBuiltinAdministratorsSid) || sid.IsWellKnown(windows.WinLocalSystemSid) ||
		strings.HasPrefix(sid.String(), "S-1-5-80-") // services, such as TrustedInstaller
}
