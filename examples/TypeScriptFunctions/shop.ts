#!js name=shop
// A shopping cart in a hash, and the best sellers in a sorted set. Compile with "npm run build", load shop.js.

interface Line {
    sku: string;
    quantity: number;
}

class Cart {
    constructor(private readonly key: string) {}

    add({ sku, quantity }: Line): number {
        return redis.call("hincrby", this.key, sku, quantity) as number;
    }

    lines(): Line[] {
        const flat = redis.call("hgetall", this.key) as string[];
        const lines: Line[] = [];
        for (let i = 0; i < flat.length; i += 2) lines.push({ sku: flat[i], quantity: Number(flat[i + 1]) });
        return lines.sort((a, b) => (a.sku < b.sku ? -1 : 1));
    }
}

/** keys: cart. args: sku, quantity (default 1). The quantity of it now in the cart. */
function add([cart]: string[], [sku, quantity = "1"]: string[]): redis.Result {
    const amount = Number(quantity);
    if (!sku || amount !== Math.floor(amount) || amount < 1) return redis.errorReply(`ERR not a quantity: '${quantity}'`);
    return new Cart(cart).add({ sku, quantity: amount });
}

/** keys: cart. What is in it, as a map from sku to quantity. */
function show([cart]: string[]): redis.Result {
    const shown: { [sku: string]: number } = {};
    for (const { sku, quantity } of new Cart(cart).lines()) shown[sku] = quantity;
    return shown;
}

/** keys: cart, best sellers. Empties the cart into the ranking; the number of pieces sold. */
function checkout([cart, ranking]: string[]): redis.Result {
    const lines = new Cart(cart).lines();
    const bought = lines.map(({ sku, quantity }) => [quantity, sku]);
    if (bought.length === 0) return redis.errorReply("EMPTY the cart is empty");
    for (const [quantity, sku] of bought) redis.call("zincrby", ranking, quantity, sku);
    redis.call("del", cart);
    redis.log(redis.LOG_DEBUG, `sold ${lines.length} lines of ${cart}`);
    return lines.reduce((sum, line) => sum + line.quantity, 0);
}

redis.registerFunction("cart_add", add);
redis.registerFunction({ name: "cart_show", callback: show, flags: ["no-writes"], description: "What is in a cart." });
redis.registerFunction("cart_checkout", checkout);
