/**
 * The page's own words for what package backend says. Times are milliseconds since 1970 (null for Go's zero time),
 * durations are milliseconds (null for zero, which backend uses for "unknown" and "still running").
 */

/** Where a launcher stands; the members are backend.Phase's, in the order in which a session passes through them. */
export const PHASES = [
  'signed-out', 'signing-in', 'idle', 'claiming', 'arming', 'booting', 'probing', 'ready', 'ending', 'failed',
] as const;
export type Phase = (typeof PHASES)[number];

/** The phases of a start, in order: the timeline's columns. */
export const START_PHASES = ['claiming', 'arming', 'booting', 'probing'] as const;
export type StartPhase = (typeof START_PHASES)[number];

export const POOL_STATES = ['warm', 'warming', 'claimed', 'recycling', 'retired'] as const;
export type PoolState = (typeof POOL_STATES)[number];

export interface Problem {
  kind: string;
  what: string;
  why: string;
  next: string;
}

export interface User {
  id: string;
  username: string;
  role: string;
}

export interface Challenge {
  name: string;
  username: string;
  destination: string;
  /** For SELECT_MFA_TYPE: the factors to choose from, by Cognito's names. */
  choices: readonly string[];
  secret: string;
  /** The secret as a picture, a data: URL; empty if there is none. */
  qr: string;
  /** For BROWSER: the address that the browser was sent to. */
  url: string;
  /** The code can be sent again. */
  resend: boolean;
  /** For ATTRIBUTE: what the account lacks, such as phone_number. */
  attribute: string;
}

/** How the profile lets people sign in. */
export interface Ways {
  window: boolean;
  browser: boolean;
}

export interface Session {
  instanceId: string;
  creationTime: number | null;
  expireAt: number | null;
  lastActivity: number | null;
  lastUseBy: string;
  publicIp: string;
  subnetId: string;
  epoch: number;
  domain: string;
}

export interface Machine {
  instanceId: string;
  name: string;
  imageId: string;
  type: string;
  zone: string;
  state: string;
  systemStatus: string;
  instanceStatus: string;
  publicIp: string;
  privateIp: string;
  subnetId: string;
  launchTime: number | null;
}

export interface PoolMember {
  instanceId: string;
  state: PoolState;
  owner: string;
  zone: string;
  type: string;
}

/** Why the pool launches no instances although it is below its size. */
export interface Backoff {
  /** How many instances failed to become ready. */
  failures: number;
  /** The last one that failed, why, and the end of its log. */
  instanceId: string;
  why: string;
  lines: readonly string[];
  /** When the next one is launched; null if none is until an operator resumes it or the launch template changes. */
  retryAt: number | null;
}

export interface Pool {
  target: number;
  members: readonly PoolMember[];
  leader: boolean;
  asOf: number | null;
  /** Non-null while failures hold launches back. */
  backoff: Backoff | null;
}

export interface Step {
  phase: Phase;
  started: number | null;
  took: number | null;
  usual: number | null;
}

/** A clock that will end the session; the soonest fires. */
export interface Timer {
  kind: 'idle' | 'maximum';
  at: number;
  /** What the session will have cost by then. */
  cost: number;
}

export interface Queue {
  /** 1 is served next. */
  position: number;
  length: number;
  /** Why there is no instance, empty if that is not known. */
  why: string;
}

/** Amounts of money in `currency`; backend.Cost says what each counts. */
export interface Cost {
  currency: string;
  hourly: number;
  since: number | null;
  month: number;
  poolMonth: number;
  alwaysOn: number;
}

export interface Notice {
  key: string;
  problem: Problem;
}

/** All that the page shows, replaced whole whenever its revision grows. */
export interface Snapshot {
  revision: number;
  phase: Phase;
  since: number | null;
  profile: string;
  user: User | null;
  challenge: Challenge | null;
  /** An answer to the challenge is on its way. */
  busy: boolean;
  session: Session | null;
  machine: Machine | null;
  pool: Pool;
  steps: readonly Step[];
  cold: boolean;
  url: string;
  warning: boolean;
  problem: Problem | null;
  notices: readonly Notice[];
  /** Looking whether an instance of an earlier run is still up; Start waits for it. */
  adopting: boolean;
  queue: Queue | null;
  /** Soonest first. */
  timers: readonly Timer[];
  cost: Cost;
  /** How long a start like this one usually takes, null where that is not known. */
  estimate: number | null;
  /** How far the cloud's clock is ahead of this computer's. */
  skew: number;
  /** The instance's log has shown the profile's readiness line. */
  announced: boolean;
  /** Who is connected to the avatar now; below 0 if somebody is, and how many is not known. */
  viewers: number;
  lastUse: number | null;
  /** What the last use was: 'viewer', 'window', 'open', 'extend' or 'log', else ''. */
  lastUseBy: string;
  /** A user who signs in again continues a session that was kept; `until` is when it ends otherwise, null if none runs. */
  kept: { username: string; until: number | null } | null;
  /** A session that a timer ended, null if the last one did not end so; `used` in milliseconds, `cost` 0 if not known. */
  ended: { why: string; used: number; cost: number } | null;
}

export interface About {
  version: string;
  profile: string;
  endpoint: string;
  region: string;
  configFile: string;
  logFolder: string;
  tray: boolean;
  /** The cloud is a simulation on this computer, which costs nothing. */
  demo: boolean;
}

export interface Line {
  seq: number;
  at: number | null;
  level: string;
  source: string;
  text: string;
  instanceId: string;
  gap: number;
  /** How a terminal would have shown it: "0-5 red bold;9-12 bright-green". */
  style?: string;
  /** The places that the query found: pairs of beginning and end. */
  marks?: readonly number[];
}

/** Picks lines of the log; logs.Query says what the zero values mean. */
export interface Query {
  after: number;
  before: number;
  limit: number;
  oldest?: boolean;
  newest?: boolean;
  /** The lines that text and pattern leave out too, with the matches marked. */
  context?: boolean;
  level: string;
  source: string;
  text: string;
  /** A regular expression (RE2); "" for all. */
  pattern: string;
}

export interface LogPage {
  lines: readonly Line[];
  first: number;
  last: number;
  dropped: number;
  /** Lines that are out of memory and in files; the export has them. */
  older: number;
  /** Why the pattern was not taken, else empty. */
  problem: string;
  sources: readonly string[];
  matches: number;
  /** Matches before the first of the lines. */
  before: number;
  searching: boolean;
}

/** Lines in each stretch of time, by level from debug to error. */
export interface Histogram {
  from: number | null;
  /** Milliseconds of a stretch. */
  step: number;
  levels: readonly (readonly number[])[];
}

/** The metrics that an instance may send. */
export const METRICS = ['fps', 'gpu', 'cpu', 'mem', 'netOut', 'players'] as const;
export type Metric = (typeof METRICS)[number];
export type Values = readonly (number | null)[];

/** The session's metrics as columns: null where a value is missing; a metric that never came is not there. */
export interface Series {
  /** Seconds since 1970. */
  at: readonly number[];
  columns: Partial<Record<Metric, Values>>;
}
