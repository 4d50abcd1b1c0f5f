/* bcryptprimitives.dll with the one function that Go's runtime needs. Wine 8.0 has no such library. */
#include <windows.h>
#include <ntsecapi.h>

__declspec(dllexport) BOOL WINAPI ProcessPrng(unsigned char *to, SIZE_T length)
{
    return RtlGenRandom(to, (ULONG)length);
}
