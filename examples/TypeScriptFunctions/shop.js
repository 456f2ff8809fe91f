#!js name=shop
"use strict";
// A shopping cart in a hash, and the best sellers in a sorted set. Compile with "npm run build", load shop.js.
var Cart = /** @class */ (function () {
    function Cart(key) {
        this.key = key;
    }
    Cart.prototype.add = function (_a) {
        var sku = _a.sku, quantity = _a.quantity;
        return redis.call("hincrby", this.key, sku, quantity);
    };
    Cart.prototype.lines = function () {
        var flat = redis.call("hgetall", this.key);
        var lines = [];
        for (var i = 0; i < flat.length; i += 2)
            lines.push({ sku: flat[i], quantity: Number(flat[i + 1]) });
        return lines.sort(function (a, b) { return (a.sku < b.sku ? -1 : 1); });
    };
    return Cart;
}());
/** keys: cart. args: sku, quantity (default 1). The quantity of it now in the cart. */
function add(_a, _b) {
    var cart = _a[0];
    var sku = _b[0], _c = _b[1], quantity = _c === void 0 ? "1" : _c;
    var amount = Number(quantity);
    if (!sku || amount !== Math.floor(amount) || amount < 1)
        return redis.errorReply("ERR not a quantity: '".concat(quantity, "'"));
    return new Cart(cart).add({ sku: sku, quantity: amount });
}
/** keys: cart. What is in it, as a map from sku to quantity. */
function show(_a) {
    var cart = _a[0];
    var shown = {};
    for (var _i = 0, _b = new Cart(cart).lines(); _i < _b.length; _i++) {
        var _c = _b[_i], sku = _c.sku, quantity = _c.quantity;
        shown[sku] = quantity;
    }
    return shown;
}
/** keys: cart, best sellers. Empties the cart into the ranking; the number of pieces sold. */
function checkout(_a) {
    var cart = _a[0], ranking = _a[1];
    var lines = new Cart(cart).lines();
    var bought = lines.map(function (_a) {
        var sku = _a.sku, quantity = _a.quantity;
        return [quantity, sku];
    });
    if (bought.length === 0)
        return redis.errorReply("EMPTY the cart is empty");
    for (var _i = 0, bought_1 = bought; _i < bought_1.length; _i++) {
        var _b = bought_1[_i], quantity = _b[0], sku = _b[1];
        redis.call("zincrby", ranking, quantity, sku);
    }
    redis.call("del", cart);
    redis.log(redis.LOG_DEBUG, "sold ".concat(lines.length, " lines of ").concat(cart));
    return lines.reduce(function (sum, line) { return sum + line.quantity; }, 0);
}
redis.registerFunction("cart_add", add);
redis.registerFunction({ name: "cart_show", callback: show, flags: ["no-writes"], description: "What is in a cart." });
redis.registerFunction("cart_checkout", checkout);
