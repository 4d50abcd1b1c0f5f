export namespace backend {
	
	export class Backoff {
	    failures: number;
	    instanceId: string;
	    why: string;
	    lines: string[];
	    // Go type: time
	    retryAt: any;
	    stopped: boolean;
	
	    static createFrom(source: any = {}) {
	        return new Backoff(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.failures = source["failures"];
	        this.instanceId = source["instanceId"];
	        this.why = source["why"];
	        this.lines = source["lines"];
	        this.retryAt = this.convertValues(source["retryAt"], null);
	        this.stopped = source["stopped"];
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class Challenge {
	    name: string;
	    username: string;
	    destination: string;
	    choices: string[];
	    secret: string;
	    qr: string;
	    url: string;
	    resend: boolean;
	    attribute: string;
	
	    static createFrom(source: any = {}) {
	        return new Challenge(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.name = source["name"];
	        this.username = source["username"];
	        this.destination = source["destination"];
	        this.choices = source["choices"];
	        this.secret = source["secret"];
	        this.qr = source["qr"];
	        this.url = source["url"];
	        this.resend = source["resend"];
	        this.attribute = source["attribute"];
	    }
	}
	export class Check {
	    name: string;
	    ok: boolean;
	    why: string;
	    cure: string;
	
	    static createFrom(source: any = {}) {
	        return new Check(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.name = source["name"];
	        this.ok = source["ok"];
	        this.why = source["why"];
	        this.cure = source["cure"];
	    }
	}
	export class Cost {
	    currency: string;
	    hourly: number;
	    // Go type: time
	    since: any;
	    month: number;
	    poolMonth: number;
	    alwaysOn: number;
	    saved: number;
	
	    static createFrom(source: any = {}) {
	        return new Cost(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.currency = source["currency"];
	        this.hourly = source["hourly"];
	        this.since = this.convertValues(source["since"], null);
	        this.month = source["month"];
	        this.poolMonth = source["poolMonth"];
	        this.alwaysOn = source["alwaysOn"];
	        this.saved = source["saved"];
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class Ended {
	    why: string;
	    used: number;
	    cost: number;
	
	    static createFrom(source: any = {}) {
	        return new Ended(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.why = source["why"];
	        this.used = source["used"];
	        this.cost = source["cost"];
	    }
	}
	export class Entry {
	    // Go type: time
	    at: any;
	    userId: string;
	    username: string;
	    actor: string;
	    verb: string;
	    instanceId: string;
	    why: string;
	
	    static createFrom(source: any = {}) {
	        return new Entry(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.at = this.convertValues(source["at"], null);
	        this.userId = source["userId"];
	        this.username = source["username"];
	        this.actor = source["actor"];
	        this.verb = source["verb"];
	        this.instanceId = source["instanceId"];
	        this.why = source["why"];
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class Kept {
	    username: string;
	    // Go type: time
	    until: any;
	
	    static createFrom(source: any = {}) {
	        return new Kept(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.username = source["username"];
	        this.until = this.convertValues(source["until"], null);
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class Lease {
	    id: string;
	    holder: string;
	    version: number;
	    duration: number;
	
	    static createFrom(source: any = {}) {
	        return new Lease(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.id = source["id"];
	        this.holder = source["holder"];
	        this.version = source["version"];
	        this.duration = source["duration"];
	    }
	}
	export class Machine {
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
	    // Go type: time
	    launchTime: any;
	    reasonCode: string;
	    reason: string;
	
	    static createFrom(source: any = {}) {
	        return new Machine(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.instanceId = source["instanceId"];
	        this.name = source["name"];
	        this.imageId = source["imageId"];
	        this.type = source["type"];
	        this.zone = source["zone"];
	        this.state = source["state"];
	        this.systemStatus = source["systemStatus"];
	        this.instanceStatus = source["instanceStatus"];
	        this.publicIp = source["publicIp"];
	        this.privateIp = source["privateIp"];
	        this.subnetId = source["subnetId"];
	        this.launchTime = this.convertValues(source["launchTime"], null);
	        this.reasonCode = source["reasonCode"];
	        this.reason = source["reason"];
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class Problem {
	    kind: string;
	    what: string;
	    why: string;
	    next: string;
	
	    static createFrom(source: any = {}) {
	        return new Problem(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.kind = source["kind"];
	        this.what = source["what"];
	        this.why = source["why"];
	        this.next = source["next"];
	    }
	}
	export class Notice {
	    key: string;
	    problem?: Problem;
	
	    static createFrom(source: any = {}) {
	        return new Notice(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.key = source["key"];
	        this.problem = this.convertValues(source["problem"], Problem);
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class Occupancy {
	    // Go type: time
	    at: any;
	    target: number;
	    warm: number;
	    warming: number;
	    claimed: number;
	    recycling: number;
	    waiting: number;
	
	    static createFrom(source: any = {}) {
	        return new Occupancy(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.at = this.convertValues(source["at"], null);
	        this.target = source["target"];
	        this.warm = source["warm"];
	        this.warming = source["warming"];
	        this.claimed = source["claimed"];
	        this.recycling = source["recycling"];
	        this.waiting = source["waiting"];
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class Schedule {
	    instanceId: string;
	    // Go type: time
	    at: any;
	
	    static createFrom(source: any = {}) {
	        return new Schedule(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.instanceId = source["instanceId"];
	        this.at = this.convertValues(source["at"], null);
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class Ticket {
	    userId: string;
	    username: string;
	    number: number;
	    // Go type: time
	    since: any;
	    launcherId: string;
	
	    static createFrom(source: any = {}) {
	        return new Ticket(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.userId = source["userId"];
	        this.username = source["username"];
	        this.number = source["number"];
	        this.since = this.convertValues(source["since"], null);
	        this.launcherId = source["launcherId"];
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class Session {
	    userId: string;
	    username: string;
	    instanceId: string;
	    // Go type: time
	    creationTime: any;
	    // Go type: time
	    expireAt: any;
	    publicIp: string;
	    subnetId: string;
	    phase: string;
	    epoch: number;
	    domain: string;
	    launcherId: string;
	    // Go type: time
	    lastActivity: any;
	    lastUseBy: string;
	    type: string;
	    cold: boolean;
	    // Go type: time
	    readyAt: any;
	
	    static createFrom(source: any = {}) {
	        return new Session(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.userId = source["userId"];
	        this.username = source["username"];
	        this.instanceId = source["instanceId"];
	        this.creationTime = this.convertValues(source["creationTime"], null);
	        this.expireAt = this.convertValues(source["expireAt"], null);
	        this.publicIp = source["publicIp"];
	        this.subnetId = source["subnetId"];
	        this.phase = source["phase"];
	        this.epoch = source["epoch"];
	        this.domain = source["domain"];
	        this.launcherId = source["launcherId"];
	        this.lastActivity = this.convertValues(source["lastActivity"], null);
	        this.lastUseBy = source["lastUseBy"];
	        this.type = source["type"];
	        this.cold = source["cold"];
	        this.readyAt = this.convertValues(source["readyAt"], null);
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class PoolMember {
	    instanceId: string;
	    state: string;
	    owner: string;
	    epoch: number;
	    zone: string;
	    type: string;
	    // Go type: time
	    pooledAt: any;
	
	    static createFrom(source: any = {}) {
	        return new PoolMember(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.instanceId = source["instanceId"];
	        this.state = source["state"];
	        this.owner = source["owner"];
	        this.epoch = source["epoch"];
	        this.zone = source["zone"];
	        this.type = source["type"];
	        this.pooledAt = this.convertValues(source["pooledAt"], null);
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class Pool {
	    target: number;
	    members: PoolMember[];
	    leader: boolean;
	    // Go type: time
	    asOf: any;
	    backoff?: Backoff;
	
	    static createFrom(source: any = {}) {
	        return new Pool(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.target = source["target"];
	        this.members = this.convertValues(source["members"], PoolMember);
	        this.leader = source["leader"];
	        this.asOf = this.convertValues(source["asOf"], null);
	        this.backoff = this.convertValues(source["backoff"], Backoff);
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class Overview {
	    // Go type: time
	    asOf: any;
	    pool: Pool;
	    resized?: number;
	    machines: Machine[];
	    sessions: Session[];
	    leases: Lease[];
	    queue: Ticket[];
	    schedules: Schedule[];
	    audit: Entry[];
	
	    static createFrom(source: any = {}) {
	        return new Overview(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.asOf = this.convertValues(source["asOf"], null);
	        this.pool = this.convertValues(source["pool"], Pool);
	        this.resized = source["resized"];
	        this.machines = this.convertValues(source["machines"], Machine);
	        this.sessions = this.convertValues(source["sessions"], Session);
	        this.leases = this.convertValues(source["leases"], Lease);
	        this.queue = this.convertValues(source["queue"], Ticket);
	        this.schedules = this.convertValues(source["schedules"], Schedule);
	        this.audit = this.convertValues(source["audit"], Entry);
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	
	
	
	export class Queue {
	    position: number;
	    length: number;
	    // Go type: time
	    since: any;
	    why: string;
	
	    static createFrom(source: any = {}) {
	        return new Queue(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.position = source["position"];
	        this.length = source["length"];
	        this.since = this.convertValues(source["since"], null);
	        this.why = source["why"];
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class Record {
	    instanceId: string;
	    type: string;
	    // Go type: time
	    started: any;
	    // Go type: time
	    ended: any;
	    startTook: number;
	    cold: boolean;
	    cost: number;
	    why: string;
	
	    static createFrom(source: any = {}) {
	        return new Record(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.instanceId = source["instanceId"];
	        this.type = source["type"];
	        this.started = this.convertValues(source["started"], null);
	        this.ended = this.convertValues(source["ended"], null);
	        this.startTook = source["startTook"];
	        this.cold = source["cold"];
	        this.cost = source["cost"];
	        this.why = source["why"];
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	
	export class Security {
	    authenticator: boolean;
	    device: string;
	
	    static createFrom(source: any = {}) {
	        return new Security(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.authenticator = source["authenticator"];
	        this.device = source["device"];
	    }
	}
	
	export class Timer {
	    kind: string;
	    // Go type: time
	    at: any;
	    cost: number;
	
	    static createFrom(source: any = {}) {
	        return new Timer(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.kind = source["kind"];
	        this.at = this.convertValues(source["at"], null);
	        this.cost = source["cost"];
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class Step {
	    phase: string;
	    // Go type: time
	    started: any;
	    took: number;
	    usual: number;
	
	    static createFrom(source: any = {}) {
	        return new Step(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.phase = source["phase"];
	        this.started = this.convertValues(source["started"], null);
	        this.took = source["took"];
	        this.usual = source["usual"];
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class User {
	    id: string;
	    username: string;
	    role: string;
	
	    static createFrom(source: any = {}) {
	        return new User(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.id = source["id"];
	        this.username = source["username"];
	        this.role = source["role"];
	    }
	}
	export class Snapshot {
	    revision: number;
	    phase: string;
	    // Go type: time
	    since: any;
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
	    attached: boolean;
	    announced: boolean;
	    viewers: number;
	    kept?: Kept;
	    // Go type: time
	    lastUse: any;
	    lastUseBy: string;
	    ended?: Ended;
	    queue?: Queue;
	    timers: Timer[];
	    cost: Cost;
	    estimate: number;
	    skew: number;
	
	    static createFrom(source: any = {}) {
	        return new Snapshot(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.revision = source["revision"];
	        this.phase = source["phase"];
	        this.since = this.convertValues(source["since"], null);
	        this.profile = source["profile"];
	        this.user = this.convertValues(source["user"], User);
	        this.challenge = this.convertValues(source["challenge"], Challenge);
	        this.busy = source["busy"];
	        this.session = this.convertValues(source["session"], Session);
	        this.machine = this.convertValues(source["machine"], Machine);
	        this.pool = this.convertValues(source["pool"], Pool);
	        this.steps = this.convertValues(source["steps"], Step);
	        this.cold = source["cold"];
	        this.url = source["url"];
	        this.warning = source["warning"];
	        this.problem = this.convertValues(source["problem"], Problem);
	        this.notices = this.convertValues(source["notices"], Notice);
	        this.adopting = source["adopting"];
	        this.attached = source["attached"];
	        this.announced = source["announced"];
	        this.viewers = source["viewers"];
	        this.kept = this.convertValues(source["kept"], Kept);
	        this.lastUse = this.convertValues(source["lastUse"], null);
	        this.lastUseBy = source["lastUseBy"];
	        this.ended = this.convertValues(source["ended"], Ended);
	        this.queue = this.convertValues(source["queue"], Queue);
	        this.timers = this.convertValues(source["timers"], Timer);
	        this.cost = this.convertValues(source["cost"], Cost);
	        this.estimate = source["estimate"];
	        this.skew = source["skew"];
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	
	
	

}

export namespace bridge {
	
	export class About {
	    version: string;
	    profile: string;
	    endpoint: string;
	    region: string;
	    configFile: string;
	    logFolder: string;
	    tray: boolean;
	    demo: boolean;
	
	    static createFrom(source: any = {}) {
	        return new About(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.version = source["version"];
	        this.profile = source["profile"];
	        this.endpoint = source["endpoint"];
	        this.region = source["region"];
	        this.configFile = source["configFile"];
	        this.logFolder = source["logFolder"];
	        this.tray = source["tray"];
	        this.demo = source["demo"];
	    }
	}
	export class Chronicle {
	    // Go type: time
	    since: any;
	    sessions: backend.Record[];
	    occupancy: backend.Occupancy[];
	    problem?: backend.Problem;
	    partial?: backend.Problem;
	
	    static createFrom(source: any = {}) {
	        return new Chronicle(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.since = this.convertValues(source["since"], null);
	        this.sessions = this.convertValues(source["sessions"], backend.Record);
	        this.occupancy = this.convertValues(source["occupancy"], backend.Occupancy);
	        this.problem = this.convertValues(source["problem"], backend.Problem);
	        this.partial = this.convertValues(source["partial"], backend.Problem);
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class Enrolment {
	    secret: string;
	    qr: string;
	    problem?: backend.Problem;
	
	    static createFrom(source: any = {}) {
	        return new Enrolment(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.secret = source["secret"];
	        this.qr = source["qr"];
	        this.problem = this.convertValues(source["problem"], backend.Problem);
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class Exported {
	    path: string;
	    lines: number;
	
	    static createFrom(source: any = {}) {
	        return new Exported(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.path = source["path"];
	        this.lines = source["lines"];
	    }
	}
	export class Guarded {
	    security: backend.Security;
	    problem?: backend.Problem;
	
	    static createFrom(source: any = {}) {
	        return new Guarded(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.security = this.convertValues(source["security"], backend.Security);
	        this.problem = this.convertValues(source["problem"], backend.Problem);
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class Invitation {
	    id: string;
	    // Go type: time
	    until: any;
	    uses: number;
	    watchOnly: boolean;
	
	    static createFrom(source: any = {}) {
	        return new Invitation(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.id = source["id"];
	        this.until = this.convertValues(source["until"], null);
	        this.uses = source["uses"];
	        this.watchOnly = source["watchOnly"];
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class Invitations {
	    open: Invitation[];
	    most: number;
	    problem?: backend.Problem;
	
	    static createFrom(source: any = {}) {
	        return new Invitations(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.open = this.convertValues(source["open"], Invitation);
	        this.most = source["most"];
	        this.problem = this.convertValues(source["problem"], backend.Problem);
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class Invited {
	    link: string;
	    qr: string;
	    invitation: Invitation;
	    problem?: backend.Problem;
	
	    static createFrom(source: any = {}) {
	        return new Invited(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.link = source["link"];
	        this.qr = source["qr"];
	        this.invitation = this.convertValues(source["invitation"], Invitation);
	        this.problem = this.convertValues(source["problem"], backend.Problem);
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class Outcome {
	    problem?: backend.Problem;
	
	    static createFrom(source: any = {}) {
	        return new Outcome(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.problem = this.convertValues(source["problem"], backend.Problem);
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class Preferences {
	    file: string;
	    running: string;
	    profile: string;
	    profiles: string[];
	    desktop: config.Desktop;
	    languages: string[];
	    window: number;
	    warning: number;
	    maximum: number;
	    staySignedIn: boolean;
	    keyring?: backend.Problem;
	    problem?: backend.Problem;
	
	    static createFrom(source: any = {}) {
	        return new Preferences(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.file = source["file"];
	        this.running = source["running"];
	        this.profile = source["profile"];
	        this.profiles = source["profiles"];
	        this.desktop = this.convertValues(source["desktop"], config.Desktop);
	        this.languages = source["languages"];
	        this.window = source["window"];
	        this.warning = source["warning"];
	        this.maximum = source["maximum"];
	        this.staySignedIn = source["staySignedIn"];
	        this.keyring = this.convertValues(source["keyring"], backend.Problem);
	        this.problem = this.convertValues(source["problem"], backend.Problem);
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class Setting {
	    key: string;
	    text: string;
	    on: boolean;
	    elapses: number;
	
	    static createFrom(source: any = {}) {
	        return new Setting(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.key = source["key"];
	        this.text = source["text"];
	        this.on = source["on"];
	        this.elapses = source["elapses"];
	    }
	}
	export class Survey {
	    overview?: backend.Overview;
	    problem?: backend.Problem;
	
	    static createFrom(source: any = {}) {
	        return new Survey(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.overview = this.convertValues(source["overview"], backend.Overview);
	        this.problem = this.convertValues(source["problem"], backend.Problem);
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class Ways {
	    window: boolean;
	    browser: boolean;
	
	    static createFrom(source: any = {}) {
	        return new Ways(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.window = source["window"];
	        this.browser = source["browser"];
	    }
	}

}

export namespace config {
	
	export class Desktop {
	    theme: string;
	    language: string;
	    notifications: boolean;
	    startAtLogin: boolean;
	    quit: string;
	
	    static createFrom(source: any = {}) {
	        return new Desktop(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.theme = source["theme"];
	        this.language = source["language"];
	        this.notifications = source["notifications"];
	        this.startAtLogin = source["startAtLogin"];
	        this.quit = source["quit"];
	    }
	}

}

export namespace logs {
	
	export class Histogram {
	    // Go type: time
	    from: any;
	    step: number;
	    levels: number[][];
	
	    static createFrom(source: any = {}) {
	        return new Histogram(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.from = this.convertValues(source["from"], null);
	        this.step = source["step"];
	        this.levels = source["levels"];
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class Line {
	    seq: number;
	    // Go type: time
	    at: any;
	    level: string;
	    source: string;
	    text: string;
	    instanceId: string;
	    gap: number;
	    style?: string;
	    marks?: number[];
	
	    static createFrom(source: any = {}) {
	        return new Line(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.seq = source["seq"];
	        this.at = this.convertValues(source["at"], null);
	        this.level = source["level"];
	        this.source = source["source"];
	        this.text = source["text"];
	        this.instanceId = source["instanceId"];
	        this.gap = source["gap"];
	        this.style = source["style"];
	        this.marks = source["marks"];
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class Page {
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
	
	    static createFrom(source: any = {}) {
	        return new Page(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.lines = this.convertValues(source["lines"], Line);
	        this.first = source["first"];
	        this.last = source["last"];
	        this.dropped = source["dropped"];
	        this.older = source["older"];
	        this.problem = source["problem"];
	        this.sources = source["sources"];
	        this.matches = source["matches"];
	        this.before = source["before"];
	        this.searching = source["searching"];
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class Query {
	    after: number;
	    before: number;
	    limit: number;
	    oldest: boolean;
	    newest: boolean;
	    level: string;
	    source: string;
	    text: string;
	    pattern: string;
	    // Go type: time
	    since: any;
	    context: boolean;
	
	    static createFrom(source: any = {}) {
	        return new Query(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.after = source["after"];
	        this.before = source["before"];
	        this.limit = source["limit"];
	        this.oldest = source["oldest"];
	        this.newest = source["newest"];
	        this.level = source["level"];
	        this.source = source["source"];
	        this.text = source["text"];
	        this.pattern = source["pattern"];
	        this.since = this.convertValues(source["since"], null);
	        this.context = source["context"];
	    }
	
		convertValues(a: any, classs: any, asMap: boolean = false): any {
		    if (!a) {
		        return a;
		    }
		    if (a.slice && a.map) {
		        return (a as any[]).map(elem => this.convertValues(elem, classs));
		    } else if ("object" === typeof a) {
		        if (asMap) {
		            for (const key of Object.keys(a)) {
		                a[key] = new classs(a[key]);
		            }
		            return a;
		        }
		        return new classs(a);
		    }
		    return a;
		}
	}
	export class Series {
	    at: number[];
	    cpu: number[];
	    gpu: number[];
	    mem: number[];
	    netOut: number[];
	    fps: number[];
	    players: number[];
	
	    static createFrom(source: any = {}) {
	        return new Series(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.at = source["at"];
	        this.cpu = source["cpu"];
	        this.gpu = source["gpu"];
	        this.mem = source["mem"];
	        this.netOut = source["netOut"];
	        this.fps = source["fps"];
	        this.players = source["players"];
	    }
	}

}

export namespace messages {
	
	export class Message {
	    ID: string;
	    Args: any[];
	
	    static createFrom(source: any = {}) {
	        return new Message(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.ID = source["ID"];
	        this.Args = source["Args"];
	    }
	}

}

