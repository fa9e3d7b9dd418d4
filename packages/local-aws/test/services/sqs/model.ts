/** A queue as SQS's documents tell it, with lists that are searched: what the engine is held against. */

export interface Kept {
  body: number;
  /** Empty in a standard queue. */
  group: string;
  visible: number;
  receives: number;
  /** The place in which it was sent. */
  place: number;
}

export class QueueModel {
  readonly messages: Kept[] = [];
  readonly dead: Kept[] = [];
  readonly #times: number;
  #place = 0;

  /** @param times receives after which a message is a dead letter. */
  constructor(times: number) {
    this.#times = times;
  }

  send(body: number, group: string, visible: number): void {
    this.messages.push({ body, group, visible, receives: 0, place: this.#place++ });
  }

  receive(most: number, now: number, timeout: number): number[] {
    const taken: Kept[] = [];
    for (let first = this.#first(now, taken); first && taken.length < most; first = this.#first(now, taken)) {
      const { group } = first;
      const together = group === "" ? [first] : this.messages.filter((one) => one.group === group);
      for (const message of together.slice(0, most - taken.length)) {
        if (message.visible > now) break;
        if (message.receives === this.#times) this.#bury(message);
        else taken.push(message);
      }
    }
    for (const message of taken) {
      message.receives++;
      message.visible = now + timeout;
    }
    return taken.map(({ body }) => body);
  }

  delete(body: number): void {
    const index = this.messages.findIndex((message) => message.body === body);
    if (index >= 0) this.messages.splice(index, 1);
  }

  change(body: number, visible: number): void {
    const message = this.messages.find((one) => one.body === body);
    if (message) message.visible = visible;
  }

  counts(now: number): { visible: number; taken: number; delayed: number } {
    const hidden = this.messages.filter(({ visible }) => visible > now);
    const taken = hidden.filter(({ receives }) => receives > 0).length;
    return { visible: this.messages.length - hidden.length, taken, delayed: hidden.length - taken };
  }

  /** The one that is visible longest, of those that nobody before them in their group keeps. */
  #first(now: number, taken: Kept[]): Kept | undefined {
    const leads = this.messages.filter(
      (message) =>
        !taken.includes(message) &&
        message.visible <= now &&
        (message.group === "" || this.messages.find(({ group }) => group === message.group) === message),
    );
    return leads.sort((a, b) => a.visible - b.visible || a.receives - b.receives || a.place - b.place)[0];
  }

  #bury(message: Kept): void {
    this.delete(message.body);
    this.dead.push(message);
  }
}
