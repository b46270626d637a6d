"""Trains the category heads and writes ../../categories.json.
usage: train.py CLEAN_TEXT_FOLDER CACHE_FOLDER   (packages: numpy scikit-learn onnx onnxruntime tokenizers zstandard)

Text: training.tsv beside this file, all of it written for this project, and 7,000 passages of clean talk (podcasts, speeches,
debates) drawn with a fixed seed from CLEAN_TEXT_FOLDER/{changelog,state_union,masc}.jsonl.zst, which are not in the project.
Thresholds come from five-fold cross-validation: of the harmless lines and of the clean talk, each head may flag two."""
import hashlib, io, json, random, sys
from pathlib import Path
import numpy as np, onnx, onnxruntime, zstandard
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.preprocessing import StandardScaler
from tokenizers import Tokenizer

HERE, CLEAN, CACHE = Path(__file__).parent, Path(sys.argv[1]), Path(sys.argv[2])
MODEL = HERE.parent.parent
LAYERS = [f'/m/enc/encoder/layer.{n}/output/LayerNorm/LayerNormalization_output_0' for n in (2, 3, 4, 5)]
CATEGORIES = ('threat incitement hate harassment terrorism public_security self_harm sexual_minors scam illegal_goods '
              'election privacy').split()
# A text of the one may well be of the other: it is no negative for it.
NEAR = ['threat incitement', 'hate harassment', 'terrorism public_security', 'harassment threat', 'hate incitement',
        'incitement terrorism', 'harassment privacy', 'harassment self_harm']
NEAR = [set(pair.split()) for pair in NEAR]
STRENGTH, FOLDS, ALLOWED, WRITTEN, VERSION = 0.003, 5, 2, 10, 1


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


def head(x, y, category):
    near = {other for pair in NEAR if category in pair for other in pair - {category}}
    mask = ~np.isin(y, list(near))
    weight = np.where(y[mask] == 'clean', 1, WRITTEN)
    fitted = LogisticRegression(C=STRENGTH, max_iter=300, tol=1e-3).fit(x[mask], y[mask] == category, sample_weight=weight)
    return fitted, mask


def main():
    rows = [line.split('\t') for line in (HERE / 'training.tsv').read_text().splitlines()]
    clean = clean_talk()
    y = np.array([row[0] for row in rows] + ['clean'] * len(clean))
    x = np.concatenate([embedded([row[2] for row in rows], 'written'), embedded(clean, 'clean')])
    model_sha256 = hashlib.sha256(b''.join((MODEL / name).read_bytes() for name in ('model.onnx', 'tokenizer.json', 'calibration.json')))
    out_of_fold = np.zeros((len(y), len(CATEGORIES)))
    for train, test in StratifiedKFold(FOLDS, shuffle=True, random_state=7).split(x, y):
        scaler = StandardScaler().fit(x[train])
        for n, category in enumerate(CATEGORIES):
            out_of_fold[test, n] = head(scaler.transform(x[train]), y[train], category)[0].decision_function(scaler.transform(x[test]))
    scaler, heads, flagged = StandardScaler().fit(x), [], np.zeros(len(y), bool)
    scaled = scaler.transform(x)
    for n, category in enumerate(CATEGORIES):
        fitted, mask = head(scaled, y, category)
        raw = out_of_fold[:, n]
        platt = LogisticRegression(C=1e6).fit(raw[mask, None], y[mask] == category)
        a, b = platt.coef_[0, 0], platt.intercept_[0]
        odds = a * raw + b
        log_odds = max(np.sort(odds[y == kind])[-1 - ALLOWED] for kind in ('ok', 'clean')) + 1e-3
        flagged |= odds > log_odds
        found = (odds > log_odds)[y == category].mean()
        threshold = 1 / (1 + np.exp(-log_odds))
        weights = a * fitted.coef_[0] / scaler.scale_
        bias = a * fitted.intercept_[0] + b - weights @ scaler.mean_
        heads.append(dict(category=category, threshold=float(np.ceil(threshold * 1000) / 1000),
                          weights=[float(f'{w:.6g}') for w in weights], bias=float(f'{bias:.6g}')))
        print(f'{category:16} threshold {threshold:.4f} found {found:.3f} of {(y == category).sum()}')
    hours = sum(len(text.split()) for text in clean) / 150 / 60
    print(f'ok {flagged[y == "ok"].mean():.4f}  clean {flagged[y == "clean"].sum()} in {hours:.1f} h')
    document = dict(version=VERSION, model_sha256=model_sha256.hexdigest(), layers=LAYERS, heads=heads)
    (MODEL / 'categories.json').write_text(json.dumps(document, indent=None, separators=(',', ':')) + '\n')


main()
