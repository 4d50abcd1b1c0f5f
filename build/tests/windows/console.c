/* console PROGRAM ARGUMENT…: runs a program in a console of its own, without a window, and ends with its exit code.
   Each letter that it reads is an event of that console: c is Ctrl-C, b Ctrl-Break, x the console's closing button,
   l the end of the user's session. Wine 8.0 can send the first alone, so the others begin where Windows itself has
   a program begin: a thread of it in CtrlRoutine. */
#include <windows.h>
#include <stdio.h>

static PROCESS_INFORMATION child;

static BOOL WINAPI outlive(DWORD event)
{
    (void)event;
    return TRUE;
}

static BOOL press_ctrl_c(void)
{
    BOOL sent = AttachConsole(child.dwProcessId) && SetConsoleCtrlHandler(outlive, TRUE) &&
                GenerateConsoleCtrlEvent(CTRL_C_EVENT, 0);
    FreeConsole();
    return sent;
}

static BOOL begin(DWORD event)
{
    FARPROC routine = GetProcAddress(GetModuleHandleW(L"kernelbase"), "CtrlRoutine");
    return routine && CreateRemoteThread(child.hProcess, NULL, 0, (LPTHREAD_START_ROUTINE)routine, (void *)(ULONG_PTR)event, 0, NULL);
}

static DWORD WINAPI events(void *unused)
{
    char letter;
    DWORD n;
    BOOL sent = TRUE;
    (void)unused;
    while (sent && ReadFile(GetStdHandle(STD_INPUT_HANDLE), &letter, 1, &n, NULL) && n == 1) {
        switch (letter) {
        case 'c': sent = press_ctrl_c(); break;
        case 'b': sent = begin(CTRL_BREAK_EVENT); break;
        case 'x': sent = begin(CTRL_CLOSE_EVENT); break;
        case 'l': sent = begin(CTRL_LOGOFF_EVENT); break;
        }
    }
    if (!sent)
        fprintf(stderr, "console: the event was not sent, error %lu\n", GetLastError());
    return 0;
}

/* The command line after the name of this program. */
static wchar_t *arguments(wchar_t *line)
{
    BOOL quoted = FALSE;
    while (*line && (quoted || *line != L' '))
        quoted ^= *line++ == L'"';
    while (*line == L' ')
        line++;
    return line;
}

int main(void)
{
    STARTUPINFOW start = {.cb = sizeof start, .dwFlags = STARTF_USESTDHANDLES};
    SECURITY_ATTRIBUTES inherited = {.nLength = sizeof inherited, .bInheritHandle = TRUE};
    DWORD code;

    start.hStdInput = CreateFileW(L"NUL", GENERIC_READ, 0, &inherited, OPEN_EXISTING, 0, NULL);
    start.hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE);
    start.hStdError = GetStdHandle(STD_ERROR_HANDLE);
    if (!CreateProcessW(NULL, arguments(GetCommandLineW()), NULL, NULL, TRUE, CREATE_NO_WINDOW, NULL, NULL, &start, &child)) {
        fprintf(stderr, "console: it could not be started, error %lu\n", GetLastError());
        return 255;
    }
    FreeConsole();
    CreateThread(NULL, 0, events, NULL, 0, NULL);
    WaitForSingleObject(child.hProcess, INFINITE);
    GetExitCodeProcess(child.hProcess, &code);
    ExitProcess(code);
}
