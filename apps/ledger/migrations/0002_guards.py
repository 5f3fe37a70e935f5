from django.db import migrations

from apps.core.doors import door
from apps.periods.guards import attach

# Nobody changes what was posted; balances, amounts held and lots move inside the triggers below only.
REFUSE = """
CREATE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never changed or deleted; post a counter-entry', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME;
END $$
"""
# An account starts empty: everything it holds came by a posting.
OPEN = """
CREATE FUNCTION ledger_open() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.balance <> 0 OR NEW.held <> 0 OR NEW.limit_amount <> 0 OR NEW.frozen THEN
        RAISE EXCEPTION 'an account opens empty'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_opens_empty', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END $$
"""
# Entries sum to zero: at once when their last posting comes, and at the latest when the transaction ends.
BALANCED = """
CREATE FUNCTION ledger_balanced() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    found integer;
    total numeric;
BEGIN
    SELECT count(*), coalesce(sum(amount), 0) INTO found, total FROM ledger_posting WHERE entry_id = NEW.id;
    IF found <> NEW.lines OR total <> 0 THEN
        RAISE EXCEPTION 'entry % has % of % postings, which sum to %', NEW.key, found, NEW.lines, total
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_balanced', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ledger_balanced AFTER INSERT ON ledger_entry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_balanced()
"""
# What may be spent from never falls below its limit, unless something is clawed back.
POST = """
CREATE FUNCTION ledger_post() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wrong record;
    line record;
BEGIN
    SELECT e.key INTO wrong FROM added AS p
      JOIN ledger_entry AS e ON e.id = p.entry_id JOIN ledger_account AS a ON a.id = p.account_id
     WHERE ROW(a.dealer_id, a.person_id, a.currency) IS DISTINCT FROM ROW(e.dealer_id, e.person_id, e.currency)
        OR ROW(p.dealer_id, p.person_id) IS DISTINCT FROM ROW(e.dealer_id, e.person_id) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'entry % leaves its book', wrong.key
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_one_book', TABLE = TG_TABLE_NAME;
    END IF;
    SELECT e.key INTO wrong FROM ledger_entry AS e JOIN ledger_posting AS p ON p.entry_id = e.id
     WHERE e.id IN (SELECT entry_id FROM added) GROUP BY e.id
    HAVING count(*) > e.lines OR count(*) = e.lines AND sum(p.amount) <> 0 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'entry % does not balance', wrong.key
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_balanced', TABLE = TG_TABLE_NAME;
    END IF;
    PERFORM 1 FROM ledger_account WHERE id IN (SELECT account_id FROM added) ORDER BY id FOR UPDATE;
    UPDATE ledger_account AS a SET balance = a.balance + moved.amount
      FROM (SELECT account_id, sum(amount) AS amount FROM added GROUP BY account_id) AS moved
     WHERE a.id = moved.account_id;
    SELECT a.id, a.kind, a.frozen, a.balance + a.limit_amount - a.held AS free INTO wrong
      FROM ledger_account AS a
      JOIN (SELECT p.account_id, sum(p.amount) FILTER (WHERE e.kind <> 'clawback') AS spent,
                   sum(p.amount) FILTER (WHERE e.kind NOT IN ('clawback', 'reversal', 'expiry')) AS chosen
              FROM added AS p JOIN ledger_entry AS e ON e.id = p.entry_id GROUP BY p.account_id) AS moved
        ON moved.account_id = a.id
     WHERE a.kind IN ('deposit', 'credit_line', 'rebate_wallet', 'points')
       AND (moved.spent < 0 AND a.balance + a.limit_amount < a.held OR moved.chosen < 0 AND a.frozen)
     ORDER BY a.id LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'account % (%) is %', wrong.id, wrong.kind,
            CASE WHEN wrong.frozen THEN 'frozen' ELSE 'short by ' || -wrong.free END
            USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME,
                  CONSTRAINT = CASE WHEN wrong.frozen THEN 'ledger_frozen' ELSE 'ledger_short' END;
    END IF;
    FOR line IN
        SELECT p.id, p.account_id, p.dealer_id, p.person_id, p.amount, p.expires_on, e.reverses_id,
               a.balance - sum(p.amount) OVER (PARTITION BY p.account_id)
                         + sum(p.amount) OVER (PARTITION BY p.account_id ORDER BY p.id) AS after
          FROM added AS p JOIN ledger_account AS a ON a.id = p.account_id
          JOIN ledger_entry AS e ON e.id = p.entry_id
         WHERE a.kind IN ('rebate_wallet', 'points') ORDER BY p.id
    LOOP
        PERFORM ledger_move_lots(line.id, greatest(line.after, 0) - greatest(line.after - line.amount, 0));
    END LOOP;
    RETURN NULL;
END $$
"""
# The lots of a wallet always sum to its balance (to nothing while it is below zero). They are spent in the
# order in which they expire; a reversal takes from the lot it reverses and gives back to the lots it spent.
LOTS = """
CREATE FUNCTION ledger_move_lots(posting bigint, moved numeric) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    of_posting record;
    found record;
    missing numeric := abs(moved);
    part numeric;
BEGIN
    SELECT p.account_id, p.dealer_id, p.person_id, p.expires_on, e.reverses_id INTO of_posting
      FROM ledger_posting AS p JOIN ledger_entry AS e ON e.id = p.entry_id WHERE p.id = posting;
    IF moved > 0 THEN
        FOR found IN
            SELECT u.lot_id, sum(u.amount) AS amount FROM ledger_lotuse AS u
              JOIN ledger_posting AS p ON p.id = u.posting_id
             WHERE p.entry_id = of_posting.reverses_id AND p.account_id = of_posting.account_id
             GROUP BY u.lot_id ORDER BY u.lot_id
        LOOP
            part := least(missing, found.amount);
            CONTINUE WHEN part <= 0;
            UPDATE ledger_lot SET remaining = remaining + part WHERE id = found.lot_id;
            INSERT INTO ledger_lotuse (dealer_id, person_id, lot_id, posting_id, amount)
            VALUES (of_posting.dealer_id, of_posting.person_id, found.lot_id, posting, -part);
            missing := missing - part;
        END LOOP;
        IF missing > 0 THEN
            INSERT INTO ledger_lot (dealer_id, person_id, account_id, posting_id, amount, remaining, expires_on)
            VALUES (of_posting.dealer_id, of_posting.person_id, of_posting.account_id, posting,
                    missing, missing, of_posting.expires_on);
        END IF;
        RETURN;
    END IF;
    FOR found IN
        SELECT l.id, l.remaining FROM ledger_lot AS l JOIN ledger_posting AS p ON p.id = l.posting_id
         WHERE l.account_id = of_posting.account_id AND l.remaining > 0
         ORDER BY coalesce(p.entry_id = of_posting.reverses_id, false) DESC, l.expires_on NULLS LAST, l.id
    LOOP
        EXIT WHEN missing = 0;
        part := least(missing, found.remaining);
        UPDATE ledger_lot SET remaining = remaining - part WHERE id = found.id;
        INSERT INTO ledger_lotuse (dealer_id, person_id, lot_id, posting_id, amount)
        VALUES (of_posting.dealer_id, of_posting.person_id, found.id, posting, part);
        missing := missing - part;
    END LOOP;
    IF missing > 0 THEN
        RAISE EXCEPTION 'the lots of account % lack %', of_posting.account_id, missing
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_lots', TABLE = 'ledger_lot';
    END IF;
END $$
"""
HOLDS = """
CREATE FUNCTION ledger_hold() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    a ledger_account%ROWTYPE;
BEGIN
    UPDATE ledger_account SET held = held + NEW.amount WHERE id = NEW.account_id RETURNING * INTO a;
    IF ROW(a.dealer_id, a.person_id) IS DISTINCT FROM ROW(NEW.dealer_id, NEW.person_id) THEN
        RAISE EXCEPTION 'a hold stands in the book of its account'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_one_book', TABLE = TG_TABLE_NAME;
    END IF;
    IF a.frozen THEN
        RAISE EXCEPTION 'account % is frozen', a.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_frozen', TABLE = TG_TABLE_NAME;
    END IF;
    IF a.balance + a.limit_amount < a.held THEN
        RAISE EXCEPTION 'account % is short by %', a.id, a.held - a.balance - a.limit_amount
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_short', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION ledger_end_hold() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    h ledger_hold%ROWTYPE;
BEGIN
    SELECT * INTO h FROM ledger_hold WHERE id = NEW.hold_id;
    IF ROW(h.dealer_id, h.person_id) IS DISTINCT FROM ROW(NEW.dealer_id, NEW.person_id)
       OR NEW.captured > h.amount THEN
        RAISE EXCEPTION 'hold % is captured as a whole or in part, in its own book', h.key
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_captured', TABLE = TG_TABLE_NAME;
    END IF;
    UPDATE ledger_account SET held = held - h.amount WHERE id = h.account_id;
    RETURN NULL;
END $$;
CREATE FUNCTION ledger_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE ledger_account SET limit_amount = coalesce(NEW.limit_amount, limit_amount),
                              frozen = coalesce(NEW.frozen, frozen)
     WHERE id = NEW.account_id
       AND ROW(dealer_id, person_id) IS NOT DISTINCT FROM ROW(NEW.dealer_id, NEW.person_id);
    IF NOT FOUND THEN
        RAISE EXCEPTION 'a change stands in the book of its account'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_one_book', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END $$
"""
ADDED_ONLY = ("entry", "posting", "hold", "holdend", "accountchange")
DOORS = ("ledger_balanced()", "ledger_post()", "ledger_hold()", "ledger_end_hold()", "ledger_change()")
TRIGGERS = [
    "CREATE TRIGGER ledger_open BEFORE INSERT ON ledger_account FOR EACH ROW EXECUTE FUNCTION ledger_open()",
    (
        "CREATE TRIGGER ledger_post AFTER INSERT ON ledger_posting REFERENCING NEW TABLE AS added "
        "FOR EACH STATEMENT EXECUTE FUNCTION ledger_post()"
    ),
    "CREATE TRIGGER ledger_hold AFTER INSERT ON ledger_hold FOR EACH ROW EXECUTE FUNCTION ledger_hold()",
    (
        "CREATE TRIGGER ledger_end_hold AFTER INSERT ON ledger_holdend "
        "FOR EACH ROW EXECUTE FUNCTION ledger_end_hold()"
    ),
    (
        "CREATE TRIGGER ledger_change AFTER INSERT ON ledger_accountchange "
        "FOR EACH ROW EXECUTE FUNCTION ledger_change()"
    ),
    *(
        f"CREATE TRIGGER ledger_{name}_append_only BEFORE UPDATE OR DELETE ON ledger_{name} "
        "FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()"
        for name in ADDED_ONLY
    ),
    (
        "CREATE TRIGGER ledger_account_kept BEFORE UPDATE OR DELETE ON ledger_account FOR EACH STATEMENT "
        "WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION ledger_refuse_change()"
    ),
    *(
        f"CREATE TRIGGER ledger_{name}_kept BEFORE INSERT OR UPDATE OR DELETE ON ledger_{name} "
        "FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION ledger_refuse_change()"
        for name in ("lot", "lotuse")
    ),
]
DROP = "".join(
    f"DROP FUNCTION ledger_{name} CASCADE;"
    for name in ("refuse_change()", "open()", "post()", "move_lots(bigint, numeric)")
) + "".join(f"DROP FUNCTION ledger_{name}() CASCADE;" for name in ("balanced", "hold", "end_hold", "change"))


class Migration(migrations.Migration):
    """Entries balance, stay in one book and are kept; balances, holds and lots follow from what is added."""

    dependencies = [("ledger", "0001_accounts"), ("periods", "0002_refuse_closed")]

    operations = [
        migrations.RunSQL([REFUSE, OPEN, BALANCED, POST, LOTS, HOLDS, *TRIGGERS], DROP),
        *map(door, DOORS),
        attach("ledger_entry", "insert", "periods_refuse_closed", "ledger.entry"),
    ]
