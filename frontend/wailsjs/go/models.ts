export namespace bridge {
	
	export enum Device {
	    Known = "known",
	    Remembered = "remembered",
	    Unknown = "",
	}
	export enum Kind {
	    Busy = "busy",
	    Capacity = "capacity",
	    Config = "config",
	    Denied = "denied",
	    Interrupted = "interrupted",
	    Keyring = "keyring",
	    Leftover = "leftover",
	    Refused = "refused",
	    Unexpected = "unexpected",
	    Unreachable = "unreachable",
	}
	export enum Phase {
	    Arming = "arming",
	    Booting = "booting",
	    Claiming = "claiming",
	    Ending = "ending",
	    Failed = "failed",
	    Idle = "idle",
	    Probing = "probing",
	    Ready = "ready",
	    SignedOut = "signed-out",
	    SigningIn = "signing-in",
	}
	export enum PoolState {
	    Claimed = "claimed",
	    Hot = "hot",
	    Recycling = "recycling",
	    Retired = "retired",
	    Warm = "warm",
	    Warming = "warming",
	}
	export enum Quit {
	    Ask = "ask",
	    Stop = "stop",
	}
	export enum Recycle {
	    Replace = "replace",
	    Reset = "reset",
	    Reuse = "reuse",
	    Unknown = "",
	}
	export enum Role {
	    Operator = "operator",
	    User = "user",
	}
	export enum SettingKey {
	    Language = "language",
	    Maximum = "maximum",
	    Notifications = "notifications",
	    Profile = "profile",
	    Quit = "quit",
	    StartAtLogin = "startAtLogin",
	    StaySignedIn = "staySignedIn",
	    Theme = "theme",
	    Warning = "warning",
	    Window = "window",
	}
	export enum Theme {
	    Dark = "dark",
	    Light = "light",
	    System = "system",
	}
	export enum TimerKind {
	    Idle = "idle",
	    Maximum = "maximum",
	}
	export enum UseKind {
	    Extend = "extend",
	    Log = "log",
	    Open = "open",
	    Unknown = "",
	    Viewer = "viewer",
	    Window = "window",
	}
	export interface About {
	    version: string;
	    profile: string;
	    endpoint: string;
	    region: string;
	    configFile: string;
	    logFolder: string;
	    tray: boolean;
	    demo: boolean;
	    update: string;
	}
	export interface Backoff {
	    failures: number;
	    instanceId: string;
	    why: string;
	    lines: string[];
	    retryAt?: number;
	}
	export interface Challenge {
	    name: string;
	    username: string;
	    destination: string;
	    choices: string[];
	    secret: string;
	    qr: string;
	    url: string;
	    resend: boolean;
	    attribute: string;
	}
	export interface Check {
	    name: string;
	    ok: boolean;
	    why: string;
	    cure: string;
	}
	export interface Cost {
	    currency: string;
	    hourly: number;
	    since?: number;
	    traffic: number;
	    month: number;
	    poolMonth: number;
	    alwaysOn: number;
	}
	export interface Desktop {
	    theme: Theme;
	    language: string;
	    notifications: boolean;
	    startAtLogin: boolean;
	    quit: Quit;
	}
	export interface Ended {
	    why: TimerKind;
	    used: number;
	    cost: number;
	}
	export interface Problem {
	    kind: Kind;
	    what: string;
	    why: string;
	    next: string;
	}
	export interface Enrolment {
	    secret: string;
	    qr: string;
	    problem?: Problem;
	}
	export interface Entry {
	    at?: number;
	    username: string;
	    actor: string;
	    verb: string;
	    instanceId: string;
	    why: string;
	}
	export interface Exported {
	    path: string;
	    lines: number;
	}
	export interface FirstFactors {
	    code: boolean;
	    passkey: boolean;
	    problem?: Problem;
	}
	export interface Schedule {
	    instanceId: string;
	    at?: number;
	}
	export interface Ticket {
	    userId: string;
	    username: string;
	    number: number;
	    since?: number;
	    launcherId: string;
	}
	export interface Lease {
	    id: string;
	    holder: string;
	    version: number;
	    duration?: number;
	}
	export interface Session {
	    userId: string;
	    username: string;
	    instanceId: string;
	    creationTime?: number;
	    expireAt?: number;
	    lastActivity?: number;
	    lastUseBy: UseKind;
	    publicIp: string;
	    subnetId: string;
	    phase: Phase;
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
	    launchTime?: number;
	}
	export interface PoolSizes {
	    stopped: number;
	    hot?: number;
	}
	export interface Rollout {
	    lines: string[];
	    stage: string;
	    paused: boolean;
	}
	export interface PoolMember {
	    instanceId: string;
	    state: PoolState;
	    owner: string;
	    zone: string;
	    type: string;
	    template: string;
	    draining: boolean;
	}
	export interface TierCost {
	    currency: string;
	    hotHour: number;
	    stoppedMonth: number;
	}
	export interface Pool {
	    target: number;
	    hot: number;
	    wanted: number;
	    tiers: TierCost;
	    members: PoolMember[];
	    leader: boolean;
	    asOf?: number;
	    recycle: Recycle;
	    backoff?: Backoff;
	    rollout?: Rollout;
	}
	export interface Overview {
	    asOf?: number;
	    pool: Pool;
	    resized?: PoolSizes;
	    machines: Machine[];
	    sessions: Session[];
	    leases: Lease[];
	    queue: Ticket[];
	    schedules: Schedule[];
	    audit: Entry[];
	}
	export interface FleetResult {
	    overview?: Overview;
	    problem?: Problem;
	}
	export interface Histogram {
	    from?: number;
	    step: number;
	    levels: number[][];
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
	export interface PastSession {
	    instanceId: string;
	    type: string;
	    started: number;
	    ended: number;
	    startTook?: number;
	    cold: boolean;
	    cost: number;
	    why: string;
	}
	export interface HistoryResult {
	    since: number;
	    sessions: PastSession[];
	    occupancy: Occupancy[];
	    problem?: Problem;
	    partial?: Problem;
	}
	export interface Invitation {
	    id: string;
	    until: number;
	    uses: number;
	    watchOnly: boolean;
	}
	export interface Invitations {
	    open: Invitation[];
	    most: number;
	    problem?: Problem;
	}
	export interface Invited {
	    link: string;
	    qr: string;
	    invitation: Invitation;
	    problem?: Problem;
	}
	export interface Kept {
	    username: string;
	    until?: number;
	}
	
	export interface Line {
	    seq: number;
	    at?: number;
	    level: string;
	    source: string;
	    text: string;
	    instanceId: string;
	    gap: number;
	    style: string;
	    marks: number[];
	}
	export interface LogPage {
	    lines: Line[];
	    first: number;
	    last: number;
	    dropped: number;
	    older: number;
	    problem: string;
	    sources: string[];
	    matches: number;
	    before: number;
	    searching: boolean;
	}
	
	export interface Notice {
	    key: string;
	    problem: Problem;
	}
	
	export interface Offer {
	    source: string;
	    host: string;
	    name: string;
	    text: string;
	    cloud: string;
	    signIn: string;
	    zone: string;
	    taken: boolean;
	    same: boolean;
	    signed: boolean;
	    problem?: Problem;
	}
	export interface Outcome {
	    problem?: Problem;
	}
	
	export interface Passkey {
	    id: string;
	    name: string;
	    domain: string;
	    created?: number;
	}
	export interface PasskeyList {
	    offered: boolean;
	    passkeys: Passkey[];
	    problem?: Problem;
	}
	export interface PasskeyPage {
	    address: string;
	    problem?: Problem;
	}
	
	export interface Policy {
	    source: string;
	    reason: string;
	    locked: string[];
	}
	
	
	
	export interface Preferences {
	    file: string;
	    running: string;
	    profile: string;
	    profiles: string[];
	    desktop: Desktop;
	    languages: string[];
	    window: number;
	    warning: number;
	    maximum: number;
	    staySignedIn: boolean;
	    keyring?: Problem;
	    policy?: Policy;
	    problem?: Problem;
	}
	
	export interface Query {
	    after: number;
	    before: number;
	    limit: number;
	    oldest?: boolean;
	    newest?: boolean;
	    level: string;
	    source: string;
	    text: string;
	    pattern: string;
	    context?: boolean;
	}
	export interface Queue {
	    position: number;
	    length: number;
	    why: string;
	}
	
	
	export interface SecurityResult {
	    authenticator: boolean;
	    device: Device;
	    problem?: Problem;
	}
	export interface Series {
	    at: number[];
	    cpu: (number | null)[];
	    gpu: (number | null)[];
	    mem: (number | null)[];
	    netOut: (number | null)[];
	    fps: (number | null)[];
	    players: (number | null)[];
	}
	
	export interface Setting {
	    key: SettingKey;
	    text?: string;
	    on?: boolean;
	    elapses?: number;
	}
	export interface Timer {
	    kind: TimerKind;
	    at: number;
	    cost: number;
	}
	export interface Step {
	    phase: Phase;
	    started?: number;
	    took?: number;
	    usual?: number;
	}
	export interface User {
	    id: string;
	    username: string;
	    role: Role;
	}
	export interface Snapshot {
	    revision: number;
	    phase: Phase;
	    since?: number;
	    profile: string;
	    user?: User;
	    challenge?: Challenge;
	    busy: boolean;
	    session?: Session;
	    machine?: Machine;
	    pool: Pool;
	    steps: Step[];
	    cold: boolean;
	    url: string;
	    warning: boolean;
	    problem?: Problem;
	    notices: Notice[];
	    adopting: boolean;
	    announced: boolean;
	    viewers: number;
	    kept?: Kept;
	    lastUse?: number;
	    lastUseBy: UseKind;
	    ended?: Ended;
	    queue?: Queue;
	    tries: string[];
	    timers: Timer[];
	    cost: Cost;
	    estimate?: number;
	    skew: number;
	}
	
	
	
	
	
	export interface Ways {
	    window: boolean;
	    browser: boolean;
	    provider: string;
	    byEmail: boolean;
	}

}

