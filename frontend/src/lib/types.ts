/**
 * The page's types: those that Wails has generated of what package bridge sends. A field that is new there is here, too.
 * Times are milliseconds since 1970, durations milliseconds, and null is what is not known.
 */
import type { bridge } from '../../wailsjs/go/models';

/**
 * What Go has sent: no field is left out, nil is null, and the members of an enum are its words. (Wails says of a pointer
 * that its field may be absent; encoding/json sends null.)
 */
export type Sent<T> = T extends string ? `${T}`
  : T extends readonly (infer Item)[] ? readonly Sent<Item>[]
  : T extends object ? { readonly [K in keyof T]-?: Sent<T[K]> | (object extends Pick<T, K> ? null : never) }
  : T;

export type About = Sent<bridge.About>;
export type Backoff = Sent<bridge.Backoff>;
export type Challenge = Sent<bridge.Challenge>;
export type Check = Sent<bridge.Check>;
export type HistoryResult = Sent<bridge.HistoryResult>;
export type Desktop = Sent<bridge.Desktop>;
export type Enrolment = Sent<bridge.Enrolment>;
export type FirstFactors = Sent<bridge.FirstFactors>;
export type SecurityResult = Sent<bridge.SecurityResult>;
export type Histogram = Sent<bridge.Histogram>;
export type Invitation = Sent<bridge.Invitation>;
export type Invitations = Sent<bridge.Invitations>;
export type Invited = Sent<bridge.Invited>;
export type Line = Sent<bridge.Line>;
export type LogPage = Sent<bridge.LogPage>;
export type Machine = Sent<bridge.Machine>;
export type Notice = Sent<bridge.Notice>;
export type Occupancy = Sent<bridge.Occupancy>;
export type Offer = Sent<bridge.Offer>;
export type Overview = Sent<bridge.Overview>;
export type PastSession = Sent<bridge.PastSession>;
export type Passkey = Sent<bridge.Passkey>;
export type PasskeyList = Sent<bridge.PasskeyList>;
export type PasskeyPage = Sent<bridge.PasskeyPage>;
export type Phase = Sent<bridge.Phase>;
export type Pool = Sent<bridge.Pool>;
export type PoolMember = Sent<bridge.PoolMember>;
export type PoolState = Sent<bridge.PoolState>;
export type Preferences = Sent<bridge.Preferences>;
export type Problem = Sent<bridge.Problem>;
export type Series = Sent<bridge.Series>;
export type Session = Sent<bridge.Session>;
export type Snapshot = Sent<bridge.Snapshot>;
export type Step = Sent<bridge.Step>;
export type FleetResult = Sent<bridge.FleetResult>;
export type Theme = Sent<bridge.Theme>;
export type Timer = Sent<bridge.Timer>;
export type Ways = Sent<bridge.Ways>;

/** What the page sends. A field that is left out is Go's zero value. */
export type Query = bridge.Query;
export type Setting = Omit<bridge.Setting, 'key'> & { key: Sent<bridge.SettingKey> };
export type SettingKey = Setting['key'];

/** The question before quitting, which arrives as an event; bridge.QuitQuestion. */
export interface QuitQuestion {
  readonly title: string;
  readonly text: string;
  /** Quitting stops the avatar. */
  readonly stops: boolean;
  /** The window can be hidden instead. */
  readonly tray: boolean;
}
