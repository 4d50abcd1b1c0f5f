/** What the pages beside Home ask for, in the page's own words; see model.ts for the units. */
import type { Machine, Pool, Problem } from './model';
import type { Theme } from './theme';

export interface Desktop {
  theme: Theme;
  /** BCP 47 tag; "" is the desktop's own. */
  language: string;
  notifications: boolean;
  startAtLogin: boolean;
  quit: 'ask' | 'stop';
}

export interface Preferences {
  file: string;
  running: string;
  profile: string;
  profiles: readonly string[];
  desktop: Desktop;
  languages: readonly string[];
  window: number;
  warning: number;
  maximum: number;
  staySignedIn: boolean;
  /** What is wrong with the keyring, null where nothing is. */
  keyring: Problem | null;
  /** Why the settings cannot be changed, or why the last change was refused. */
  problem: Problem | null;
}

/** What guards the account beside its password, or why it could not be read. */
export interface Guarded {
  authenticator: boolean;
  /** What Cognito knows of this computer: nothing, that it exists, or that it needs no code. */
  device: '' | 'known' | 'remembered';
  problem: Problem | null;
}

/** The secret of an authenticator app that is being set up, or why there is none. */
export interface Enrolment {
  secret: string;
  /** The same as a picture, "" where there is none. */
  qr: string;
  problem: Problem | null;
}

/** A link for guests that is open. `until` is by the cloud's clock. */
export interface Invitation {
  id: string;
  until: number;
  /** How many guests it admits. */
  uses: number;
  watchOnly: boolean;
}

export interface Invitations {
  open: readonly Invitation[];
  /** How many can be open at once. */
  most: number;
  problem: Problem | null;
}

export interface Invited {
  link: string;
  /** The same as a picture, "" where there is none. */
  qr: string;
  invitation: Invitation;
  problem: Problem | null;
}

/** A change of one setting: times in milliseconds. */
export type Setting =
  | { key: 'profile' | 'theme' | 'language' | 'quit'; text: string }
  | { key: 'notifications' | 'startAtLogin' | 'staySignedIn'; on: boolean }
  | { key: 'window' | 'warning' | 'maximum'; elapses: number };

/** A session that has ended. */
export interface Past {
  instanceId: string;
  type: string;
  started: number;
  ended: number;
  /** From the press to ready, null where it never was. */
  startTook: number | null;
  cold: boolean;
  cost: number;
  why: string;
}

export interface Occupancy {
  at: number;
  target: number;
  warm: number;
  warming: number;
  claimed: number;
  recycling: number;
  waiting: number;
}

export interface Chronicle {
  since: number;
  /** Newest first. */
  sessions: readonly Past[];
  /** Oldest first. */
  occupancy: readonly Occupancy[];
  problem: Problem | null;
  partial: Problem | null;
}

export interface Lease {
  id: string;
  holder: string;
  version: number;
  duration: number | null;
}

export interface Ticket {
  userId: string;
  username: string;
  number: number;
  since: number | null;
  launcherId: string;
}

export interface Schedule {
  instanceId: string;
  at: number | null;
}

export interface Entry {
  at: number | null;
  username: string;
  actor: string;
  verb: string;
  instanceId: string;
  why: string;
}

export interface Holder {
  userId: string;
  username: string;
  instanceId: string;
  phase: string;
  creationTime: number | null;
  expireAt: number | null;
  domain: string;
}

export interface Overview {
  asOf: number | null;
  pool: Pool;
  /** The size that an operator has set, null where the profiles' holds. */
  resized: number | null;
  machines: readonly Machine[];
  sessions: readonly Holder[];
  leases: readonly Lease[];
  queue: readonly Ticket[];
  schedules: readonly Schedule[];
  audit: readonly Entry[];
}

export interface Survey {
  overview: Overview | null;
  problem: Problem | null;
}

export interface Check {
  name: string;
  ok: boolean;
  why: string;
  cure: string;
}
