/** Ends an exhaustive switch: a new member of the union is then a compile error here, not a blank place on the page. */
export function assertNever(value: never): never {
  throw new Error(`unforeseen value: ${String(value)}`);
}
