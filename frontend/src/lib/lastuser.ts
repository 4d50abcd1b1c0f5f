/** The name of who signed in here last by a password, so that next time only the password is typed. */
const KEY = 'sign-in.name';
let tried = '';

export function lastUser(): string {
  try {
    return localStorage.getItem(KEY) ?? '';
  } catch {
    return '';
  }
}

/** Notes the name of a sign-in that is under way. */
export function trying(name: string): void {
  tried = name;
}

/** Keeps the name that was tried once somebody is in by it. A demo user, or one who came by the browser, was not tried. */
export function signedIn(username: string): void {
  if (tried === '' || tried !== username) return;
  tried = '';
  try {
    localStorage.setItem(KEY, username);
  } catch {
    // A window without storage asks for the name each time.
  }
}
