// Node's own report of tests, and after it the name and the place of each that failed: build/test shows a check's last lines.
import { Readable } from 'node:stream';
import { spec } from 'node:test/reporters';
import { relative } from 'node:path';

export default async function* report(events) {
  const failed = [];
  async function* noted() {
    for await (const event of events) {
      if (event.type === 'test:fail' && !event.data.todo) failed.push(event.data);
      yield event;
    }
  }
  yield* Readable.from(noted()).compose(new spec());
  if (failed.length) yield `\nFailed:\n${failed.map(({ name, file, line }) => `  ${name} (${relative('', file ?? '')}:${line ?? ''})\n`).join('')}`;
}
