// A job of the plugin "rendezvous": it works in three steps, and takes each only when it is told to.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';

import { textOf } from './clients.mjs';
import { Events } from './events.mjs';

export class Job {
    name = randomUUID();
    steps = new Events('progress');

    constructor(peer, args = {}, options = {}) {
        const onprogress = ({ progress, total }) => this.steps.add(`${progress} of ${total}`);
        this.answer = peer.call('work', { job: this.name, ...args }, { onprogress, ...options });
        // Some jobs are given up before anybody looks at their answer.
        this.answer.catch(() => undefined);
    }

    goOn(peer) {
        return peer.call('go_on', { job: this.name });
    }

    // How it ended, once it has.
    async outcome(peer) {
        return textOf(await peer.call('outcome', { job: this.name }));
    }

    async finish(peer, from = 1) {
        for (let step = from; step <= 3; ++step) {
            assert.equal(await this.steps.next(), `${step} of 3`);
            await this.goOn(peer);
        }
        assert.equal(textOf(await this.answer), 'done');
        assert.deepEqual(this.steps.unheard, []);
    }
}
