"""Holds the stack's template to CloudFormation's registry of every commercial region.

  python stack.py BINARY

cfn-lint reads the template as it is written, and as `setup` would send it to each region. And where a resource has a name
that stays the same, nothing that only a replacement could change may follow from a parameter: CloudFormation makes the
replacement before it deletes the old one, and meets the old one's name.
"""
import concurrent.futures
import json
import os
import re
import subprocess
import sys
import tempfile

from cfnlint.helpers import REGIONS
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

BINARY = sys.argv[1]
LINT = os.path.join(os.path.dirname(sys.executable), "cfn-lint")
TEMPLATE = "build/aws/avatar-launcher.yaml"
OTHERS = ("cn-", "us-gov-", "us-iso", "eu-isoe-", "eusc-")  # partitions that the launcher does not support
MAIL = "BudgetEmail=you@example.com"
FUNCTION = ("--set", "FunctionBucket=files")
ACCOUNT = (*FUNCTION, "--set", "Control=account")
ALL = ("--set", MAIL, *ACCOUNT)  # everything that the template has, but a company's sign-in
COMPANY = ("--set", "ProviderName=Acme", "--set", "OidcIssuer=https://id.example.com", "--set", "UserGroups=Avatar Users")

# What follows from a parameter beside a fixed name, and why it may.
ARGUED = {
    ("UserPoolDomain", "Domain"): "setup refuses the change: see irreplaceable in backend/account/stack.go",
}


def render(region, *more):
    """The template as setup sends it."""
    done = subprocess.run([BINARY, "setup", "--print-template", "--region", region, *more], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{region}: {done.stderr}{done.stdout}")
    return done.stdout


def lint(path, regions, *ignored):
    """What cfn-lint has to say, informational remarks included."""
    args = [LINT, "--non-zero-exit-code", "informational", "--regions", *regions]
    args += ["--ignore-checks", *ignored] if ignored else []
    done = subprocess.run([*args, "--", path], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr if done.returncode else ""


def without_filled(body):
    """The template without the parameters that setup has filled in; they are there for the next update to find."""
    template = json.loads(body)
    for name in ("Prefix", "Passwordless"):
        template["Parameters"].pop(name, None)
    return json.dumps(template)


def refers(value, parameters):
    """Whether a value follows from a parameter."""
    text = json.dumps(value)
    return any(re.search(rf'"Ref": "{p}"|\$\{{{p}\}}', text) for p in parameters)


def frozen(body, other):
    """Create-only properties that follow from a parameter, of resources whose name is fixed."""
    parameters = body["Parameters"]
    conditions = {n for n, c in body["Conditions"].items() if refers(c, parameters)}
    for name, resource in body["Resources"].items():
        schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", resource["Type"]).schema
        properties, changed = resource["Properties"], other["Resources"][name]["Properties"]

        def find(pointer, among):
            for part in pointer.split("/")[2:]:
                among = among.get(part) if isinstance(among, dict) else None
            return among

        def follows(pointer):
            value = find(pointer, properties)
            by_condition = any(f'"Fn::If": ["{c}"' in json.dumps(value) for c in conditions)
            return refers(value, parameters) or by_condition or value != find(pointer, changed)

        only = schema.get("createOnlyProperties", [])
        names = [p for p in only if re.search(r"Name$|/Domain$", p) and isinstance(find(p, properties), (str, dict))]
        if not names or resource["Type"] != "AWS::Cognito::UserPoolDomain" and any(follows(p) for p in names):
            continue
        for pointer in only:
            if find(pointer, properties) is not None and follows(pointer):
                yield name, pointer.rsplit("/", 1)[1]


def main():
    regions = [r for r in REGIONS if not r.startswith(OTHERS)]
    without = {r for r in regions if "AWS::Lambda::Url" not in PROVIDER_SCHEMA_MANAGER.get_resource_types(r)}
    for region in regions:
        done = subprocess.run([BINARY, "setup", "--print-template", "--region", region, *ACCOUNT], capture_output=True, text=True, check=False)
        if (done.returncode != 0) != (region in without):
            sys.exit(f"{region}: functions with addresses: the registry says {region not in without}, setup says {done.stderr}")
    with concurrent.futures.ThreadPoolExecutor(2) as pool, tempfile.TemporaryDirectory() as folder:
        bodies = {}
        for region, body in zip(regions, pool.map(lambda r: render(r, *(("--set", MAIL, *FUNCTION) if r in without else ALL)), regions)):
            bodies.setdefault(body, []).append(region)
        if not len(bodies) == 3:  # no region has budgets and lacks addresses
            sys.exit(f"{len(bodies)} different templates for {len(regions)} regions: with all, without a budget, and without a broker, too")
        work = [pool.submit(lint, TEMPLATE, ["us-east-1"])]
        windows = render("us-east-1", *ALL, "--os", "windows")
        desktops, alone = render("us-east-1", "--set", MAIL, *FUNCTION), render("us-east-1", "--set", MAIL)
        for number, (body, where) in enumerate([*bodies.items(), (windows, ["us-east-1"]), (desktops, ["us-east-1"]), (alone, ["us-east-1"]),
                                                   (render("us-east-1", *ALL, *COMPANY), ["us-east-1"])]):
            path = os.path.join(folder, f"{number}.json")
            with open(path, "w", encoding="utf-8") as file:
                file.write(without_filled(body))
            # Without a budget, a function or a broker, the parameters and the condition of it are there and unused.
            has_budget, has_function = '"AWS::Budgets::Budget"' in body, '"AWS::Lambda::Function"' in body
            ignored = [] if has_budget and '"AWS::Lambda::Url"' in body else ["W2001", "W8001"]
            if has_function == (body == alone):
                sys.exit(f"the function is in the wrong template: {where}")
            if has_budget and "eu-north-1" in where or not has_budget and "us-east-1" in where:
                sys.exit(f"the budget is in the wrong template: {where}")
            for some in (where[::2], where[1::2]):
                if some:
                    work.append(pool.submit(lint, path, some, *ignored))
        said = "".join(w.result() for w in work)
    with_budget = next(json.loads(b) for b in bodies if '"AWS::Budgets::Budget"' in b and '"AWS::Lambda::Url"' in b)
    lacking = [r for r in regions if "AWS::Budgets::Budget" not in PROVIDER_SCHEMA_MANAGER.get_resource_types(r)]
    left_out = [r for b, where in bodies.items() if '"AWS::Budgets::Budget"' not in b for r in where]
    if sorted(lacking) != sorted(left_out):
        said += f"regions without budgets: the registry says {sorted(lacking)}, setup says {sorted(left_out)}\n"
    found = set(frozen(with_budget, json.loads(render("us-east-1", *ALL, "--set", "BudgetEmail=me@example.com"))))
    for name, what in sorted(found - set(ARGUED)):
        said += f"{name}: {what} follows from a parameter, only a replacement can change it, and the name stays the same\n"
    for name, what in sorted(set(ARGUED) - found):
        said += f"{name}: {what} is argued here and no longer there\n"
    if said:
        sys.exit(said)
    print(f"{len(regions)} regions, {len(lacking)} of them without budgets; argued: {', '.join('.'.join(a) for a in ARGUED)}")


main()
