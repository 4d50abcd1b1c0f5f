import { profiles } from './api';
import type { Offer } from './types';

/** How far the dialog that adds a profile is. */
type Step = 'closed' | 'enter' | 'ask' | 'reading' | 'shown' | 'added';

/** The profile that somebody hands over, from the link or the file to its place in the configuration. */
class Handover {
  step = $state<Step>('closed');
  offer = $state.raw<Offer | null>(null);

  /** Lets the user paste a link or choose a file. */
  enter(): void {
    this.offer = null;
    this.step = 'enter';
  }

  close(): void {
    this.step = 'closed';
    this.offer = null;
  }

  /** Takes what the system opened the launcher for, if anything. */
  async arrived(): Promise<void> {
    const offer = await profiles.offered();
    if (offer.source === '' && !offer.problem) return;
    this.offer = offer;
    this.step = offer.host ? 'ask' : 'shown';
  }

  /** Shows what comes of a reading; one that the user broke off leaves the dialog as it was. */
  async read(reading: Promise<Offer>): Promise<void> {
    const before = this.step;
    this.step = 'reading';
    const offer = await reading;
    if (this.step !== 'reading') return;
    if (offer.source === '' && !offer.problem) {
      this.step = before;
      return;
    }
    this.offer = offer;
    this.step = 'shown';
  }
}

export const handover = new Handover();
