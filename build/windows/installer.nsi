; The installer for one user: nothing of it needs an administrator. Silent with /S; /D=FOLDER installs elsewhere.
Target amd64-unicode
!include LogicLib.nsh
!define NAME "Avatar Launcher"
!define UNINSTALL "Software\Microsoft\Windows\CurrentVersion\Uninstall\AvatarLauncher"
!define WEBVIEW "Microsoft\EdgeUpdate\Clients\{F3017226-FE2A-4295-8BDF-00C3A9A7E4C5}"
!define WEBVIEW_PAGE "https://developer.microsoft.com/microsoft-edge/webview2/consumer/"

Name "${NAME}"
OutFile "${OUTPUT}"
Icon "${ICON}"
UninstallIcon "${ICON}"
RequestExecutionLevel user
InstallDir "$LOCALAPPDATA\Programs\Avatar Launcher"
InstallDirRegKey HKCU "${UNINSTALL}" "InstallLocation"
SetCompressor /SOLID lzma
SetCompressorDictSize 64
SetDateSave off
Page directory
Page instfiles
UninstPage uninstConfirm
UninstPage instfiles

Section
  SetOutPath "$INSTDIR"
  File "${FOLDER}/avatar-launcher.exe"
  File "${FOLDER}/avatar-launcherw.exe"
  File "${FOLDER}/function.zip"
  File "${FOLDER}/avatar-agent-linux-amd64"
  File "${FOLDER}/avatar-agent-windows-amd64.exe"
  File "${FOLDER}/LICENSE.txt"
  File "${FOLDER}/THIRD-PARTY-LICENSES.txt"
  File "${FOLDER}/sbom.cdx.json"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  CreateShortcut "$SMPROGRAMS\${NAME}.lnk" "$INSTDIR\avatar-launcherw.exe"
  CreateShortcut "$DESKTOP\${NAME}.lnk" "$INSTDIR\avatar-launcherw.exe"

  WriteRegStr HKCU "Software\Classes\avatar-launcher" "" "URL:${NAME}"
  WriteRegStr HKCU "Software\Classes\avatar-launcher" "URL Protocol" ""
  WriteRegStr HKCU "Software\Classes\avatar-launcher\shell\open\command" "" '"$INSTDIR\avatar-launcherw.exe" "%1"'
  WriteRegStr HKCU "Software\Classes\.avatar-profile" "" "AvatarLauncher.Profile"
  WriteRegStr HKCU "Software\Classes\AvatarLauncher.Profile" "" "${NAME} profile"
  WriteRegStr HKCU "Software\Classes\AvatarLauncher.Profile\shell\open\command" "" '"$INSTDIR\avatar-launcherw.exe" "%1"'

  WriteRegStr HKCU "${UNINSTALL}" "DisplayName" "${NAME}"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayVersion" "${RELEASE}"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayIcon" "$INSTDIR\avatar-launcherw.exe"
  WriteRegStr HKCU "${UNINSTALL}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${UNINSTALL}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${UNINSTALL}" "NoModify" 1
  WriteRegDWORD HKCU "${UNINSTALL}" "NoRepair" 1

  ; The window needs WebView2, which most computers have. The launcher says so, too, when it is started.
  ReadRegStr $0 HKLM "SOFTWARE\WOW6432Node\${WEBVIEW}" "pv"
  ${If} $0 == ""
    ReadRegStr $0 HKCU "Software\${WEBVIEW}" "pv"
  ${EndIf}
  ${If} $0 == ""
  ${AndIfNot} ${Silent}
    MessageBox MB_YESNO|MB_ICONINFORMATION "${NAME} needs the Microsoft Edge WebView2 Runtime, which isn't installed.$\r$\n$\r$\nDo you want to open its download page now?" IDNO +2
    ExecShell "open" "${WEBVIEW_PAGE}"
  ${EndIf}
SectionEnd

; Settings, logs and the sign-in stay: another installation finds them.
Section Uninstall
  Delete "$INSTDIR\avatar-launcher.exe"
  Delete "$INSTDIR\avatar-launcherw.exe"
  Delete "$INSTDIR\function.zip"
  Delete "$INSTDIR\avatar-agent-linux-amd64"
  Delete "$INSTDIR\avatar-agent-windows-amd64.exe"
  Delete "$INSTDIR\LICENSE.txt"
  Delete "$INSTDIR\THIRD-PARTY-LICENSES.txt"
  Delete "$INSTDIR\sbom.cdx.json"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  Delete "$SMPROGRAMS\${NAME}.lnk"
  Delete "$DESKTOP\${NAME}.lnk"
  DeleteRegKey HKCU "Software\Classes\avatar-launcher"
  DeleteRegKey HKCU "Software\Classes\.avatar-profile"
  DeleteRegKey HKCU "Software\Classes\AvatarLauncher.Profile"
  DeleteRegValue HKCU "Software\Microsoft\Windows\CurrentVersion\Run" "${NAME}"
  DeleteRegKey HKCU "${UNINSTALL}"
SectionEnd
