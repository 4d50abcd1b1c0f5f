package osdesktop

import "golang.org/x/sys/windows"

// The answers of MessageBoxW.
// https://learn.microsoft.com/en-us/windows/win32/api/winuser/nf-winuser-messageboxw
const idYes = 6

// ShowError shows a text in a dialog of the system, and returns when it is closed. It reports whether it could: a
// program of Windows without a console has no other way to say why it ends.
func ShowError(title, text string) bool {
	_, err := messageBox(title, text, windows.MB_OK|windows.MB_ICONERROR|windows.MB_SETFOREGROUND)
	return err == nil
}

// Confirm asks a question in a dialog of the system. It reports whether the answer was yes.
func Confirm(title, question string) bool {
	answer, err := messageBox(title, question, windows.MB_YESNO|windows.MB_ICONWARNING|windows.MB_SETFOREGROUND)
	return err == nil && answer == idYes
}

func messageBox(title, text string, kind uint32) (int32, error) {
	t, err := windows.UTF16PtrFromString(title)
	if err != nil {
		return 0, err
	}
	said, err := windows.UTF16PtrFromString(text)
	if err != nil {
		return 0, err
	}
	return windows.MessageBox(0, said, t, kind)
}
