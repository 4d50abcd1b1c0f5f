import type { Query } from '../lib/types';

/** What a user picked on the log page; "" is everything. */
export interface Filter {
  level: string;
  source: string;
  text: string;
  /** The text is a regular expression. */
  regex: boolean;
  /** The lines without the text are shown too; the matches are marked. */
  context: boolean;
}

export const EVERYTHING: Filter = { level: '', source: '', text: '', regex: false, context: false };

/** The filter as a query without bounds. */
export function queryOf(f: Filter): Query {
  return {
    after: 0, before: 0, limit: 0, level: f.level, source: f.source, context: f.context && f.text !== '',
    text: f.regex ? '' : f.text, pattern: f.regex ? f.text : '',
  };
}
