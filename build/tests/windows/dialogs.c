/* dialogs [TITLE BUTTON]: prints the dialogs that are open, each as its title and then the texts in it, tab-separated.
   With arguments it also presses a button, by its number, of the dialogs of that title. */
#include <windows.h>
#include <stdio.h>
#include <stdlib.h>

static wchar_t **words;
static int count;

static void print(const wchar_t *text)
{
    char bytes[4096];
    int n = WideCharToMultiByte(CP_UTF8, 0, text, -1, bytes, sizeof bytes, NULL, NULL);
    for (char *c = bytes; n > 1 && *c; c++)
        putchar(*c == '\n' || *c == '\r' || *c == '\t' ? ' ' : *c);
}

static BOOL CALLBACK text_of(HWND window, LPARAM unused)
{
    wchar_t text[2048];
    (void)unused;
    if (GetWindowTextW(window, text, 2048)) {
        putchar('\t');
        print(text);
    }
    return TRUE;
}

static BOOL CALLBACK dialog(HWND window, LPARAM unused)
{
    wchar_t class[64], title[256];
    (void)unused;
    if (!IsWindowVisible(window) || !GetClassNameW(window, class, 64) || wcscmp(class, L"#32770"))
        return TRUE;
    GetWindowTextW(window, title, 256);
    print(title);
    EnumChildWindows(window, text_of, 0);
    putchar('\n');
    if (count == 3 && !wcscmp(title, words[1]))
        PostMessageW(window, WM_COMMAND, (WPARAM)wcstol(words[2], NULL, 10), 0);
    return TRUE;
}

int main(void)
{
    words = CommandLineToArgvW(GetCommandLineW(), &count);
    EnumWindows(dialog, 0);
    return 0;
}
