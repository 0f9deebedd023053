/** An IPv4 address and the mask of its network. */
export interface AnnouncedAddress {
  readonly address: string;
  readonly netmask: string;
}

/** The addresses, those in the asker's own network first; as they came where nobody asked. */
export function nearestFirst(all: readonly AnnouncedAddress[], asker?: string): string[] {
  const isNear = ({ address, netmask }: AnnouncedAddress) => {
    const mask = numberOf(netmask);
    return asker !== undefined && (numberOf(address) & mask) === (numberOf(asker) & mask);
  };
  return [...all].sort((a, b) => Number(isNear(b)) - Number(isNear(a))).map(({ address }) => address);
}

function numberOf(address: string): number {
  return address.split('.').reduce((number, part) => (number << 8) | Number(part), 0);
}
