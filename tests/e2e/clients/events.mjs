// What happened, in its order. Whoever asks for the next thing waits for it, and nobody waits for ever.
const patience = 30_000;

export const within = (what, promise, limit = patience) => {
    const late = new Error(`${what} did not come within ${limit / 1000} s`);  // made here, to tell from where
    let timer;
    const end = new Promise((_, reject) => {
        timer = setTimeout(() => reject(late), limit);
    });
    return Promise.race([promise, end]).finally(() => clearTimeout(timer));
};

export class Events {
    #name;
    #unheard = [];
    #listeners = [];

    constructor(name) {
        this.#name = name;
    }

    add(event) {
        const listener = this.#listeners.shift();
        if (listener) listener(event);
        else this.#unheard.push(event);
    }

    next() {
        if (this.#unheard.length > 0) return Promise.resolve(this.#unheard.shift());
        return within(this.#name, new Promise((resolve) => this.#listeners.push(resolve)));
    }

    // What came and was not asked for.
    get unheard() {
        return [...this.#unheard];
    }
}
