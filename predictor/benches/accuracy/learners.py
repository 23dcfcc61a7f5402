"""scikit-learn's side: for each kind of data some usual pipelines; the best in cross-validation is judged on the test."""

import pandas
from sklearn.compose import make_column_transformer
from sklearn.ensemble import (
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import accuracy_score, f1_score, r2_score, roc_auc_score, root_mean_squared_error
from sklearn.model_selection import StratifiedKFold, KFold, cross_val_score
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler
from sklearn.svm import LinearSVC

LEFT_OUT = {"duration"}


def texts(training, test):
    """Figures and name of the best of tf-idf or counts, words or words and pairs, with three linear learners."""
    learners = {
        **{f"LogisticRegression(C={c})": LogisticRegression(C=c, max_iter=2000) for c in (1, 3, 10, 30)},
        **{f"LinearSVC(C={c})": LinearSVC(C=c) for c in (0.1, 0.3, 1)},
        **{f"MultinomialNB(alpha={alpha})": MultinomialNB(alpha=alpha) for alpha in (0.3, 1)},
    }
    vectors = {
        f"{kind.__name__}(1,{longest})": kind(ngram_range=(1, longest))
        for kind in (TfidfVectorizer, CountVectorizer)
        for longest in (1, 2)
    }
    pipelines = {
        f"{vector} + {learner}": make_pipeline(vectors[vector], learners[learner])
        for vector in vectors
        for learner in learners
    }
    x, y = zip(*training)
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    name, model = best(pipelines, list(x), list(y), folds, "accuracy")
    x, y = zip(*test)
    score = model.decision_function if hasattr(model, "decision_function") else lambda rows: model.predict_proba(rows)[:, 1]
    said = model.predict(list(x))
    figures = {"accuracy": accuracy_score(y, said), "f1_macro": f1_score(y, said, average="macro")}
    return {**figures, "roc_auc": roc_auc_score(y, score(list(x)))}, name


def table(path, separator, target, is_test):
    """Figures and name of the best of a linear model, a forest and boosted trees."""
    rows = pandas.read_csv(path, sep=separator)
    test = pandas.Series(is_test)
    x, y = rows.drop(columns=[target, *LEFT_OUT.intersection(rows.columns)]), rows[target]
    numbers = [name for name in x.columns if pandas.api.types.is_numeric_dtype(x[name]) and x[name].dtype != bool]
    words = [name for name in x.columns if name not in numbers]
    x[words] = x[words].astype(str)
    is_number = y.dtype.kind == "f" and y.nunique() > 20
    pipelines = regressors(numbers, words) if is_number else classifiers(numbers, words)
    folds = KFold(5, shuffle=True, random_state=0) if is_number else StratifiedKFold(5, shuffle=True, random_state=0)
    scoring = "neg_root_mean_squared_error" if is_number else "accuracy"
    name, model = best(pipelines, x[~test], y[~test], folds, scoring)
    said, truth = model.predict(x[test]), y[test]
    if is_number:
        return {"rmse": root_mean_squared_error(truth, said), "r2": r2_score(truth, said)}, name
    figures = {"accuracy": accuracy_score(truth, said), "f1_macro": f1_score(truth, said, average="macro")}
    if truth.nunique() == 2:
        figures["roc_auc"] = roc_auc_score(truth, model.predict_proba(x[test])[:, 1])
    return figures, name


def best(pipelines, x, y, folds, scoring):
    """Name and fitted model of the pipeline with the best mean over the folds."""
    scores = {
        name: cross_val_score(model, x, y, cv=folds, scoring=scoring, n_jobs=2).mean() for name, model in pipelines.items()
    }
    name = max(scores, key=scores.get)
    return name, pipelines[name].fit(x, y)


def dense(numbers, words):
    """Missing numbers as the median; words as one column each."""
    hot = OneHotEncoder(handle_unknown="ignore", min_frequency=5)
    return make_column_transformer(
        (make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), numbers), (hot, words)
    )


def coded(numbers, words):
    """For trees that know missing values: words as codes."""
    codes = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
    return make_column_transformer(("passthrough", numbers), (codes, words))


def regressors(numbers, words):
    return {
        "LinearRegression": make_pipeline(dense(numbers, words), LinearRegression()),
        "RandomForestRegressor(100)": make_pipeline(dense(numbers, words), RandomForestRegressor(100, random_state=0)),
        "HistGradientBoostingRegressor": make_pipeline(coded(numbers, words), HistGradientBoostingRegressor(random_state=0)),
        "GradientBoostingRegressor(300, depth 6)": make_pipeline(
            dense(numbers, words), GradientBoostingRegressor(n_estimators=300, max_depth=6, subsample=0.7, random_state=0)
        ),
    }


def classifiers(numbers, words):
    return {
        "LogisticRegression": make_pipeline(dense(numbers, words), LogisticRegression(max_iter=2000)),
        "RandomForestClassifier(200)": make_pipeline(dense(numbers, words), RandomForestClassifier(200, random_state=0)),
        "HistGradientBoostingClassifier": make_pipeline(coded(numbers, words), HistGradientBoostingClassifier(random_state=0)),
    }
