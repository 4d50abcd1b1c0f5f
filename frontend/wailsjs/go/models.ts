export namespace app {
	
	export class About {
	    version: string;
	    profile: string;
	    endpoint: string;
	    region: string;
	    configFile: string;
	    logFolder: string;
	    tray: boolean;
	
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

export namespace backend {
	
	export class Challenge {
	    name: string;
	    username: string;
	    destination: string;
	    choices: string[];
	    secret: string;
	    qr: string;
	    url: string;
	    resend: boolean;
	
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
	
	    static createFrom(source: any = {}) {
	        return new Pool(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.target = source["target"];
	        this.members = this.convertValues(source["members"], PoolMember);
	        this.leader = source["leader"];
	        this.asOf = this.convertValues(source["asOf"], null);
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
	
	    static createFrom(source: any = {}) {
	        return new Queue(source);
	    }
	
	    constructor(source: any = {}) {
	        if ('string' === typeof source) source = JSON.parse(source);
	        this.position = source["position"];
	        this.length = source["length"];
	        this.since = this.convertValues(source["since"], null);
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
	    announced: boolean;
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
	        this.announced = source["announced"];
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

