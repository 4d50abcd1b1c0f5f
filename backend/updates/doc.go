// Package updates tells whether there is a newer release of the launcher. It reads one signed file at an address that
// the profile names. It downloads nothing else and installs nothing: people open the download page and decide.
//
// # Keys
//
// There are two levels, both of minisign (Ed25519). The root key stays offline. It signs a list of signing keys, which
// has a number and an expiry. A signing key, which may lie where releases are built, signs the release. The program
// knows the root key alone, from the profile or from its build. A signing key that was stolen or lost is replaced by a
// list with a higher number; no new program is needed. If the root key is lost, every profile needs a new one.
//
// # Threats
//
// The attacker may answer for the server, or be the server, and may hold every file that was ever published. The
// attacker has neither the root key nor a signing key of the newest list.
//
//   - A forged release: nothing of the file is believed before its signatures are checked: the root key's over the
//     list, and over the release that of a key in the list. Each text names its kind, so that neither passes for the
//     other.
//   - Rollback: a release that isn't newer than the running program is never offered. What was accepted last is kept in
//     the state folder; a list or a release with a lower number than that is refused, and so is another one of the same
//     number. A computer that has accepted nothing yet has its own version as the only bound.
//   - Freeze: the list and the release expire. Nothing expired is offered, and the check says so. The bound is the
//     computer's clock; a clock that runs behind lengthens it by as much.
//   - Mix and match: the list and the release are in one file, and the release counts only with the list beside it.
//   - Another product, or another platform: the texts name the product. A release that has no package for this
//     operating system and processor isn't offered.
//   - Endless data: no more than 64 KiB are read, after decompression.
//   - Slow data: a check ends after 30 seconds, whatever has arrived.
//   - Downgraded transport: only https is asked, redirections included. http is for this computer alone.
//   - Deception in the text: what is new is shown as plain text without control characters, at most 2,000 characters.
//     The download page must be https.
//   - A stolen signing key: its holder can offer a page and a text, and use so high a number that true releases are
//     refused, until the root key signs a list without that key. What the key signed is then forgotten, and its
//     number with it. As long as the list names the key, a new list forgives nothing: an old release beside it is still refused.
//
// It does not protect against: an attacker with the root key; one who can write to the state folder, and so to
// the user's other files; and the download page itself. The browser fetches the package, and the system or the user
// checks it: the release has the SHA-256 of each package, which `avatar-launcher version --check` prints.
//
// The server learns the address of the computer and the time. Nothing else is sent.
package updates
