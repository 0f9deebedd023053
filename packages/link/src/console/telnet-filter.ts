/** Commands within a telnet stream (RFC 854): each begins with IAC. */
const IAC = 255;
const DONT = 254;
const DO = 253;
const WONT = 252;
const WILL = 251;
const SUBNEGOTIATION = 250;
const SUBNEGOTIATION_END = 240;

/** Options that a console wants of the other side: it echoes, and does not wait for each other. */
const WANTED: ReadonlySet<number> = new Set([1, 3]);

type State = 'text' | 'command' | 'option' | 'within' | 'within-command';

/** Takes telnet's commands out of what comes, and answers them: echo and "no go-ahead" are agreed to, all else is not. */
export class TelnetFilter {
  #state: State = 'text';
  #command = 0;
  readonly #answered = new Set<string>();

  /** What is left for the terminal, and what has to be answered. */
  push(bytes: Uint8Array): { readonly text: Uint8Array; readonly answer: Uint8Array } {
    const text: number[] = [];
    const answer: number[] = [];
    for (const byte of bytes) this.#take(byte, text, answer);
    return { text: Uint8Array.from(text), answer: Uint8Array.from(answer) };
  }

  /** Text as it goes over telnet: a byte that would begin a command is doubled. */
  static escape(bytes: Uint8Array): Uint8Array {
    return bytes.includes(IAC)
      ? Uint8Array.from([...bytes].flatMap((byte) => (byte === IAC ? [IAC, IAC] : [byte])))
      : bytes;
  }

  #take(byte: number, text: number[], answer: number[]): void {
    switch (this.#state) {
      case 'text':
        if (byte === IAC) this.#state = 'command';
        else text.push(byte);
        break;
      case 'command':
        this.#begin(byte, text);
        break;
      case 'option':
        this.#state = 'text';
        this.#answer(byte, answer);
        break;
      case 'within':
        if (byte === IAC) this.#state = 'within-command';
        break;
      case 'within-command':
        this.#state = byte === SUBNEGOTIATION_END ? 'text' : 'within';
        break;
    }
  }

  #begin(byte: number, text: number[]): void {
    this.#command = byte;
    this.#state = 'text';
    if (byte === IAC) text.push(IAC);
    else if (byte === SUBNEGOTIATION) this.#state = 'within';
    else if (byte >= WILL && byte <= DONT) this.#state = 'option';
  }

  /** Each wish is answered once, so that two ends that differ do not go on for ever. */
  #answer(option: number, answer: number[]): void {
    const key = `${this.#command}/${option}`;
    if (this.#answered.has(key)) return;
    this.#answered.add(key);
    if (this.#command === WILL) answer.push(IAC, WANTED.has(option) ? DO : DONT, option);
    else if (this.#command === DO) answer.push(IAC, option === 3 ? WILL : WONT, option);
  }
}
