// Claims about what a client can do with this server. Each file of them says which are for both eras of
// the protocol and which for one; only this file says what is left out where.
//
// usage: node claims.mjs CLIENT, with TOOLRACK_URL and MCP_AUTH_TOKEN in the environment. Reads the names of
// claims, one a line, and says "holds" after each. The first that does not hold ends it.
import { createInterface } from 'node:readline';

import * as answering from './answering.mjs';
import * as calling from './calling.mjs';
import * as changing from './changing.mjs';
import { connector } from './clients.mjs';
import * as connecting from './connecting.mjs';
import { within } from './events.mjs';
import * as listing from './listing.mjs';
import * as resuming from './resuming.mjs';

const patience = 90_000;

const find = (claim) => {
    const found = [answering, calling, changing, connecting, listing, resuming]
        .flatMap(({ both, legacy, modern }) => [both, legacy, modern])
        .filter((claims) => claims && Object.hasOwn(claims, claim));
    if (found.length !== 1) throw new Error(`${found.length} claims are named "${claim}"`);
    return found[0][claim];
};

const connect = connector(process.argv[2]);
for await (const claim of createInterface({ input: process.stdin })) {
    await within(`the end of "${claim}"`, find(claim)(connect), patience);
    console.log('holds');
}
// Whatever an SDK would still like to try again.
process.exit(0);
