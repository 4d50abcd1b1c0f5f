/** The name of who signed in here last by the window's form, so that next time it need not be typed. */
const KEY = 'sign-in.name';
let tried = '';

/** How somebody signs in who has typed the name in the window's form; a passkey is used in the browser. */
export type Way = 'password' | 'code' | 'passkey';
let by: Way = 'password';
let where = '';

/** Where the way is kept that somebody came by, for each profile and name. */
const wayKey = (profile: string, name: string): string => `sign-in.way:${profile}:${name}`;

export function lastUser(): string {
  return read(KEY) ?? '';
}

/** The way that somebody came by last with a profile. */
export function lastWay(profile: string, name: string): Way {
  const way = read(wayKey(profile, name));
  return way === 'code' || way === 'passkey' ? way : 'password';
}

function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/** Notes the name of a sign-in that is under way, and how and with which profile it is made. */
export function trying(name: string, way: Way = 'password', profile = ''): void {
  tried = name;
  by = way;
  where = profile;
}

/** Keeps the name that was tried once somebody is in by it. A demo user, or one who came by the browser, was not tried. */
export function signedIn(username: string): void {
  if (tried === '' || tried !== username) return;
  tried = '';
  try {
    localStorage.setItem(KEY, username);
    if (by === 'password') localStorage.removeItem(wayKey(where, username));
    else localStorage.setItem(wayKey(where, username), by);
  } catch {
    // A window without storage asks for the name each time.
  }
}
